// SPDX-License-Identifier: MIT

#ifndef ANNALS_HASH_CHAIN_HPP
#define ANNALS_HASH_CHAIN_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/detail/chain_link.hpp>
#include <annals/detail/chain_links.hpp>
#include <annals/detail/runner_thread.hpp>
#include <annals/truncation.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// The end of a stream's chain: it stands for every byte of every event up to there.
struct ChainHead {
    StreamName stream;
    Version version;
    std::string hash; ///< SHA-256, as 64 hexadecimal digits
};

/// What is stored is not what was linked: the first link of a stream that does not hold.
class BrokenChain : public Error {
public:
    BrokenChain(StreamName const& stream, Version version, std::string const& what)
        : Error{"annals: stream '" + to_text(stream) + "', version " + to_text(version) + ": " + what}, stream_{stream},
          version_{version} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }
    [[nodiscard]] Version version() const noexcept { return version_; }

private:
    StreamName stream_;
    Version version_;
};

namespace detail {

inline constexpr std::string_view hash_chain_name = "annals:hash-chain";

/// Links the events as `LogFollower` brings them.
template <class Store>
class HashChainConsumer {
public:
    using Event = SourcedEvent<typename Store::payload_type>;
    using Transaction = typename Store::transaction_type;
    static constexpr bool is_transactional = true;

    [[nodiscard]] static std::string name() { return std::string{hash_chain_name}; }
    [[nodiscard]] static std::int64_t definition() noexcept { return 1; }
    [[nodiscard]] static EventFilter filter() { return {}; }
    [[nodiscard]] static bool accepts_truncated() noexcept { return true; }
    void prepare(std::int64_t, Transaction&) {}
    void serve(std::int64_t, Transaction&) {}

    template <class MayGoOn>
    void handle(
        std::vector<Event> const& events, bool, std::size_t& done, MayGoOn const& may_go_on, Transaction& transaction
    ) {
        ChainLinks links{transaction};
        std::map<StreamName, std::string> last;
        for (Event const& event : events) {
            auto const [at, is_new] = last.try_emplace(event.stream);
            if (is_new && event.version > Version{1}) {
                at->second = links.find(event.stream, Version{event.version.value() - 1});
            }
            at->second = chain_link(at->second, event);
            links.add(event.stream, {event.version, at->second});
            ++done;
            if (!may_go_on()) {
                return;
            }
        }
    }
};

} // namespace detail

/// Makes it evident when stored events are changed: each event is linked to the one before it in its stream by
/// SHA-256 over all that is stored of it, in a table of its own.
///
/// `annals::HashChain chain{store}; chain.start();` It is a reader of the log with a place of its own, as a projection
/// is (`ProjectionControl` lists it as `annals:hash-chain`): appends know nothing of it, each event is linked exactly
/// once, a little later, and of all its runners, in whatever process, one works.
///
/// **What it proves.** `verify` finds that an event was changed, removed, added in between, moved or cut off after it
/// was linked, and by whom it should not be: everybody who cannot write the links anew as well. For those who can, keep
/// heads (`head_of`) where they cannot write, and verify by them.
///
/// What was truncated leaves its links behind, and the chain goes on from them. Payloads are linked as they are stored:
/// sealed ones sealed, so nothing breaks when a subject is forgotten or a key is changed.
///
/// For stores in a database. All members may be called from any thread; the store must outlive it.
template <class Store>
class HashChain {
public:
    /// Makes the table `event_hashes` beside the events, if it is not there yet.
    /// @throws UsageError  if an option makes no sense
    /// @throws StoreError  if the table cannot be made
    explicit HashChain(Store& store, ProjectionOptions options = {})
        : store_{store.as_stored()}, runner_{with_table(store_), {}, std::move(options)} {}

    /// @see ProjectionRunner::start
    void start() { runner_.start(); }
    /// @see ProjectionRunner::stop
    void stop() { runner_.stop(); }
    /// @see ProjectionRunner::wait
    bool wait(std::chrono::milliseconds time = (std::chrono::milliseconds::max)()) { return runner_.wait(time); }
    /// @see ProjectionRunner::catch_up
    void catch_up(std::chrono::milliseconds time = std::chrono::hours{24}) { runner_.catch_up(time); }
    /// @see ProjectionRunner::progress
    [[nodiscard]] ProjectionProgress progress() const { return runner_.progress(); }

    /// The end of the stream's chain, to be kept elsewhere; nothing if no event of it is linked yet.
    [[nodiscard]] std::optional<ChainHead> head_of(StreamName const& stream) const {
        auto const last = store_.read([&](auto& reader) { return detail::ChainLinks{reader}.last(stream); });
        return last ? std::optional{ChainHead{stream, last->version, last->hash}} : std::nullopt;
    }

    /// Compares all that is stored with all links: stream by stream in the order of their names, then looks for events
    /// that were never linked, up to where the chain has come. A page of events and links is in memory at a time.
    /// @throws BrokenChain  for the first link that does not hold
    /// @throws CorruptData  for what every reader would find
    void verify() const {
        // Before anything else is read: what is linked meanwhile is not missed in what was read earlier.
        Position const linked_to = place();
        auto const truncations = first_versions();
        std::vector<StreamName> page;
        std::optional<StreamName> after;
        do {
            page = store_.read([&](auto& reader) { return detail::ChainLinks{reader}.streams(after); });
            for (StreamName const& stream : page) {
                verify_stream(stream, truncations);
                after = stream;
            }
        } while (!page.empty());

        auto const unlinked = store_.read([&](auto& reader) {
            return detail::ChainLinks{reader}.unlinked(linked_to, detail::truncated_type);
        });
        if (unlinked) {
            throw BrokenChain{unlinked->first, unlinked->second, "the event was never linked, or its link was removed"};
        }
    }

    /// Compares one stream with its links, and these with a head that was kept elsewhere.
    /// @throws BrokenChain  also if the chain does not go through that head
    void verify(ChainHead const& head) const {
        verify_stream(head.stream, first_versions());
        auto const stored =
            store_.read([&](auto& reader) { return detail::ChainLinks{reader}.find(head.stream, head.version); });
        if (stored != head.hash) {
            throw BrokenChain{head.stream, head.version, "the chain does not go through the given head"};
        }
    }

private:
    using FirstVersions = std::map<StreamName, Version>;

    /// Asks before it makes the table: whoever runs a chain need not be allowed to make tables once it is there.
    [[nodiscard]] static Store& with_table(Store& store) {
        auto const look = [&] { store.read([](auto& reader) { detail::ChainLinks{reader}.look(); }); };
        try {
            look();
        } catch (StoreError const&) {
            try {
                store.transact([](typename Store::transaction_type& transaction) {
                    detail::ChainLinks{transaction}.make_table();
                });
            } catch (StoreError const&) {
                look(); // another may have made it at the same time
            }
        }
        return store;
    }

    /// Up to here all events are linked.
    [[nodiscard]] Position place() const {
        return detail::read_projection_rows(store_, [](auto& rows) {
            for (ProjectionStatus const& row : rows.of(detail::hash_chain_name)) {
                return row.position;
            }
            return Position{};
        });
    }

    /// Of the streams that have lost their beginning: where they begin.
    [[nodiscard]] FirstVersions first_versions() const {
        FirstVersions first;
        if constexpr (TruncatableEventStore<Store>) {
            for (Truncation const& truncation : store_.truncations()) {
                Version& version = first[truncation.stream];
                version = version < truncation.first ? truncation.first : version;
            }
        }
        return first;
    }

    void verify_stream(StreamName const& stream, FirstVersions const& truncations) const {
        auto const links_from = [&](Version from, Version up_to) {
            return store_.read([&](auto& reader) { return detail::ChainLinks{reader}.page(stream, from, up_to); });
        };
        // Before the events are read, so that each of these links has its event.
        auto const last = head_of(stream);
        Version const up_to = last ? last->version : Version{};
        auto const truncation = truncations.find(stream);
        Version const first = truncation == truncations.end() ? Version{1} : truncation->second;

        std::string before;
        Version next = first;
        std::vector<detail::StoredLink> page;
        std::size_t at = 0;
        for (auto const& event : store_.get_events(stream)) {
            if (event.version > up_to) {
                break;
            }
            if (event.version != next) {
                break; // truncated, and no truncation is noted
            }
            if (at == page.size()) {
                page = links_from(event.version, up_to);
                at = 0;
            }
            if (event.version == first && first > Version{1}) {
                before = store_.read([&](auto& reader) {
                    return detail::ChainLinks{reader}.find(stream, Version{event.version.value() - 1});
                });
            }
            before = detail::chain_link(before, event);
            if (at == page.size() || page[at].version != event.version || page[at].hash != before) {
                throw BrokenChain{stream, event.version, "the event is not the one that was linked"};
            }
            ++at;
            next = event.version.next();
        }
        if (next <= up_to) {
            throw BrokenChain{stream, next, "an event that was linked is gone"};
        }
    }

    Store store_; ///< which hands out payloads as they are stored
    detail::RunnerThread<Store, detail::HashChainConsumer<Store>> runner_;
};

} // namespace annals

#endif // ANNALS_HASH_CHAIN_HPP
