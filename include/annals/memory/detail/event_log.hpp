// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_EVENT_LOG_HPP
#define ANNALS_MEMORY_DETAIL_EVENT_LOG_HPP

#include <annals/append.hpp>
#include <annals/memory/detail/append_log.hpp>
#include <annals/memory/detail/event_id_index.hpp>
#include <annals/stream_error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace annals::detail {

/// The events of an in-memory store: by stream, by id, and all in one order. Under the store's lock.
template <class Payload>
class EventLog {
public:
    using Event = SourcedEvent<Payload>;
    using Stream = AppendLog<Event>;

    /// Null if there is none.
    [[nodiscard]] Event const* find(EventId const& id) const { return by_id_.find(id); }

    /// Null if it has no events.
    [[nodiscard]] Stream const* find(StreamName const& name) const {
        auto const found = streams_.find(name);
        return found == streams_.end() ? nullptr : &found->second;
    }

    [[nodiscard]] Version version_of(StreamName const& name) const {
        Stream const* const stream = find(name);
        return stream ? version_at(stream->size()) : Version{};
    }

    [[nodiscard]] AppendLog<Event const*> const& all() const noexcept { return all_; }

    /// Begins a commit: checks what is expected of its streams, and makes all the room that it needs. To be undone when
    /// it throws, as all that follows.
    /// @throws ConcurrencyError  if a stream is not as expected
    void open(std::span<StreamAppend<Payload> const> commit) {
        opened_.clear();
        written_.clear();
        std::size_t count = 0;
        for (auto const& part : commit) {
            auto& stream = *streams_.try_emplace(part.stream).first;
            opened_.push_back({&stream, stream.second.size()});
            Version const current = version_at(stream.second.size());
            if (!part.expected.admits(current)) {
                throw ConcurrencyError{part.stream, part.expected, current};
            }
            stream.second.reserve(part.events.size());
            count += part.events.size();
            by_id_.reserve(part.events, count);
        }
        written_.reserve(count);
        all_.reserve(count);
    }

    /// Writes the events of one part of the commit.
    /// @param events  copied, or taken if they are not constant: then nothing can fail
    template <class Sent>
    AppendResult write(std::size_t part, std::span<Sent> events) {
        StreamName const& name = opened_[part].stream->first; // this one, so that all events of the stream share it
        Stream& stream = opened_[part].stream->second;
        AppendResult result{version_at(stream.size()), Position{}};
        for (Sent& event : events) {
            result.version = result.version.next();
            result.position = Position{static_cast<std::int64_t>(all_.size() + written_.size() + 1)};
            written_.push_back(stream.append([&] {
                return Event{
                    event.event_id,
                    name,
                    result.version,
                    result.position,
                    event.timestamp,
                    std::move(event.metadata), // copies what is constant
                    std::move(event.payload)
                };
            }));
        }
        return result;
    }

    /// What the commit has written up to now.
    [[nodiscard]] std::vector<Event const*> const& written() const noexcept { return written_; }

    /// Lets others see what the commit has written.
    void publish() noexcept {
        for (Event const* const event : written_) {
            all_.append([event] { return event; });
            by_id_.insert(*event);
        }
    }

    /// Takes away what the commit has written.
    void undo() noexcept {
        for (Opened const& opened : opened_) {
            opened.stream->second.shrink(opened.size);
            if (opened.size == 0) {
                streams_.erase(streams_.find(opened.stream->first));
            }
        }
    }

private:
    /// Not `noexcept`: so libstdc++ keeps what it has hashed beside each stream.
    struct Hash {
        [[nodiscard]] std::size_t operator()(StreamName const& stream) const { return std::hash<StreamName>{}(stream); }
    };
    using Streams = std::unordered_map<StreamName, Stream, Hash>;

    struct Opened {
        typename Streams::value_type* stream;
        std::size_t size; ///< before the commit
    };

    [[nodiscard]] static Version version_at(std::size_t size) { return Version{static_cast<std::int64_t>(size)}; }

    Streams streams_;
    EventIdIndex<Event> by_id_;
    AppendLog<Event const*> all_;
    std::vector<Opened> opened_;        ///< the commit's streams, part by part
    std::vector<Event const*> written_; ///< by the commit
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_EVENT_LOG_HPP
