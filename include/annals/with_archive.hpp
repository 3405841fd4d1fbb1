// SPDX-License-Identifier: MIT

#ifndef ANNALS_WITH_ARCHIVE_HPP
#define ANNALS_WITH_ARCHIVE_HPP

#include <annals/append_hint.hpp>
#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/detail/projection_access.hpp>
#include <annals/detail/stored_event.hpp>
#include <annals/event_range.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace annals {

namespace detail {

/// The events of a store's range and those of an archive, by a key that both have: positions or versions.
template <class Archive, class Range, class Key>
class ArchivedCursor {
public:
    using value_type = typename Archive::Event;
    using Places = std::map<Key, typename Archive::Offset>;

    /// @param places  in the archive; null for none
    ArchivedCursor(
        Archive const& archive,
        Places const* places,
        PayloadTransform const* payloads,
        Range range,
        Key after,
        std::size_t limit,
        EventFilter filter
    )
        : reader_{archive.reader()}, payloads_{payloads}, range_{std::move(range)}, filter_{std::move(filter)},
          left_{limit} {
        if (places != nullptr) {
            next_ = places->upper_bound(after);
            end_ = places->end();
        }
    }

    [[nodiscard]] value_type const* next() {
        if (left_ == 0) {
            return nullptr;
        }
        if (!stored_) {
            stored_.emplace(range_.begin());
        } else if (is_stored_done_) {
            ++*stored_;
        }
        is_stored_done_ = false;
        find_archived();
        bool const has_stored = *stored_ != range_.end();
        if (!archived_ && !has_stored) {
            return nullptr;
        }
        --left_;
        if (!archived_ || (has_stored && key_of(**stored_) <= key_of(*archived_))) {
            if (archived_ && key_of(**stored_) == key_of(*archived_)) {
                archived_.reset(); // copied, and not truncated yet
            }
            is_stored_done_ = true;
            return &**stored_;
        }
        current_ = std::exchange(archived_, std::nullopt);
        open(payloads_, *current_);
        return &*current_;
    }

private:
    [[nodiscard]] static Key key_of(value_type const& event) {
        if constexpr (std::same_as<Key, Version>) {
            return event.version;
        } else {
            return event.position;
        }
    }

    void find_archived() {
        while (!archived_ && next_ != end_) {
            value_type event = reader_.read((next_++)->second);
            if (filter_.admits(event.aggregate_type(), event.payload.type)) {
                archived_ = std::move(event);
            }
        }
    }

    typename Archive::Reader reader_;
    PayloadTransform const* payloads_;
    Range range_;
    EventFilter filter_;
    std::size_t left_;
    typename Places::const_iterator next_{};
    typename Places::const_iterator end_{};
    std::optional<decltype(std::declval<Range&>().begin())> stored_; // nothing: not begun
    bool is_stored_done_ = false;
    std::optional<value_type> archived_; ///< read ahead
    std::optional<value_type> current_;  ///< handed out
};

/// What a runner of projections asks of a store besides its events, handed on.
template <class Store>
class StoreBehindArchive {
public:
    auto& projection_table() const { return store_.projection_table(); }

protected:
    explicit StoreBehindArchive(Store& store) : store_{store} {}
    Store& store_;
};

template <SqlStore Store>
class StoreBehindArchive<Store> {
public:
    using transaction_type = typename Store::transaction_type;
    template <class Work>
    auto transact(Work&& work) const {
        return store_.transact(std::forward<Work>(work));
    }
    template <class Work>
    auto read(Work&& work) const {
        return store_.read(std::forward<Work>(work));
    }

protected:
    explicit StoreBehindArchive(Store& store) : store_{store} {}
    Store& store_;
};

} // namespace detail

/// An event store whose truncated events are read from an archive: for rebuilds of read models, audits and exports.
///
/// It is a `FilteringEventStore` that readers of the log and of streams can be run over as over the store itself;
/// everything but reading events is the store's. It keeps references to both, which must outlive it.
template <TruncatableEventStore Store, class Archive>
class WithArchive : public detail::StoreBehindArchive<Store> {
    using detail::StoreBehindArchive<Store>::store_;

public:
    using payload_type = EncodedPayload;

    /// @param payloads  opens what the store has sealed, as the store's own options say; null for none
    WithArchive(Store& store, Archive const& archive, std::shared_ptr<PayloadTransform const> payloads = nullptr)
        : detail::StoreBehindArchive<Store>{store}, archive_{archive}, payloads_{std::move(payloads)} {}

    [[nodiscard]] auto get_events(StreamName const& stream, Version after = {}) const {
        auto const& streams = archive_.index().streams;
        auto const found = streams.find(stream);
        auto const* const places = found == streams.end() ? nullptr : &found->second;
        return merged(places, store_.get_events(stream, after), after, all_events, {});
    }
    [[nodiscard]] auto
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        return merged(&archive_.index().log, store_.read_all(after, limit, filter), after, limit, filter);
    }
    [[nodiscard]] auto get_all_events() const { return read_all(); }
    [[nodiscard]] Version stream_version(StreamName const& stream) const { return store_.stream_version(stream); }
    [[nodiscard]] Position head() const { return store_.head(); }

    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<EncodedPayload> const> events) {
        return store_.append(stream, expected, events);
    }
    std::vector<AppendResult> append(std::span<StreamAppend<EncodedPayload> const> commit) {
        return store_.append(commit);
    }

    [[nodiscard]] AppendHint append_hint() const { return detail::hint_of(store_); }

    /// Those of which the archive lacks an event.
    [[nodiscard]] std::vector<Truncation> truncations() const {
        auto all = store_.truncations();
        std::erase_if(all, [&streams = archive_.index().streams](Truncation const& truncation) {
            auto const found = streams.find(truncation.stream);
            if (found == streams.end()) {
                return false;
            }
            // Versions begin with 1 and are unique: that many below `first` are all of them.
            auto const archived = std::distance(found->second.begin(), found->second.lower_bound(truncation.first));
            return archived == truncation.first.value() - 1;
        });
        return all;
    }

private:
    template <class Range, class Key, class Places>
    [[nodiscard]] auto
    merged(Places const* places, Range range, Key after, std::size_t limit, EventFilter filter) const {
        return EventRange{detail::ArchivedCursor<Archive, Range, Key>{
            archive_, places, payloads_.get(), std::move(range), after, limit, std::move(filter)
        }};
    }

    Archive const& archive_;
    std::shared_ptr<PayloadTransform const> payloads_;
};

} // namespace annals

#endif // ANNALS_WITH_ARCHIVE_HPP
