// SPDX-License-Identifier: MIT

#ifndef ANNALS_STREAM_ERROR_HPP
#define ANNALS_STREAM_ERROR_HPP

#include <annals/error.hpp>
#include <annals/event_id.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

// The errors that name a stream or an event. The whole tree is drawn in error.hpp.

namespace annals {

/// Another writer was first: the stream is not as the author of the append expected. Nothing was written.
class ConcurrencyError : public Error {
public:
    ConcurrencyError(StreamName const& stream, ExpectedVersion expected, Version actual)
        : Error{"annals: stream '" + to_text(stream) + "' is at version " + to_text(actual) + ", expected " + to_text(expected)},
          stream_{stream}, expected_{expected}, actual_{actual} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }
    [[nodiscard]] ExpectedVersion expected() const noexcept { return expected_; }
    /// The version the stream really has; 0 if it has no events.
    [[nodiscard]] Version actual() const noexcept { return actual_; }

private:
    StreamName stream_;
    ExpectedVersion expected_;
    Version actual_;
};

/// An event id that the store knows came again with other content, in another stream, or with only a part of its
/// former company. Nothing was written.
class IdempotencyMismatch : public Error {
public:
    IdempotencyMismatch(StreamName const& stream, EventId const& event_id)
        : Error{"annals: event " + to_text(event_id) + " for stream '" + to_text(stream) + "' is already stored, but not as part of this same append"},
          stream_{stream}, event_id_{event_id} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }
    [[nodiscard]] EventId const& event_id() const noexcept { return event_id_; }

private:
    StreamName stream_;
    EventId event_id_;
};

/// The commit failed in a way that does not tell whether it was made. Appending the same events again is safe:
/// the store recognises their ids. Saving the same aggregate again does just that.
class AppendOutcomeUnknown : public Error {
public:
    AppendOutcomeUnknown(std::string const& reason, std::vector<EventId> event_ids)
        : Error{"annals: whether the append was committed is not known (" + reason + "); append the same events again"},
          event_ids_{std::move(event_ids)} {}

    /// The same for some of the events that were to be committed together.
    AppendOutcomeUnknown(AppendOutcomeUnknown const& all, std::vector<EventId> event_ids)
        : Error{all}, event_ids_{std::move(event_ids)} {}

    /// The events that are stored either all or not at all.
    [[nodiscard]] std::vector<EventId> const& event_ids() const noexcept { return event_ids_; }

private:
    std::vector<EventId> event_ids_;
};

/// The stream has no events.
class StreamNotFound : public Error {
public:
    explicit StreamNotFound(StreamName const& stream)
        : Error{"annals: stream '" + to_text(stream) + "' has no events"}, stream_{stream} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }

private:
    StreamName stream_;
};

/// The stream has lost its beginning, see `TruncatableEventStore`, and what is left does not say what came before.
class StreamTruncated : public Error {
public:
    /// @param first  the version of the first event that is left
    StreamTruncated(StreamName const& stream, Version first)
        : Error{"annals: the events of stream '" + to_text(stream) + "' before version " + to_text(first) + " are truncated"},
          stream_{stream}, first_{first} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }
    [[nodiscard]] Version first() const noexcept { return first_; }

private:
    StreamName stream_;
    Version first_;
};

/// The stream was ended for good: nothing can be appended to it any more. Nothing was written.
class StreamTombstoned : public Error {
public:
    explicit StreamTombstoned(StreamName const& stream)
        : Error{"annals: stream '" + to_text(stream) + "' has a tombstone: nothing is appended to it any more"},
          stream_{stream} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }

private:
    StreamName stream_;
};

/// What is stored is not what was written: a checksum, a hole in the versions, a damaged file.
class CorruptData : public Error {
public:
    /// Damage that no one stream can be named for.
    explicit CorruptData(std::string const& what) : Error{"annals: " + what} {}

    CorruptData(StreamName const& stream, Version version, std::string const& what)
        : Error{"annals: stream '" + to_text(stream) + "', version " + to_text(version) + ": " + what}, stream_{stream},
          version_{version} {}

    [[nodiscard]] std::optional<StreamName> const& stream() const noexcept { return stream_; }
    [[nodiscard]] Version version() const noexcept { return version_; }

private:
    std::optional<StreamName> stream_;
    Version version_;
};

/// The stored bytes are whole, but do not fit the event type that the application has now.
class DecodeError : public Error {
public:
    /// @param what  what does not fit, without a word of the payload
    DecodeError(StreamName const& stream, Version version, std::string type, std::string const& what)
        : Error{"annals: stream '" + to_text(stream) + "', version " + to_text(version) + ", type '" + type + "': " + what},
          stream_{stream}, version_{version}, type_{std::move(type)} {}

    [[nodiscard]] StreamName const& stream() const noexcept { return stream_; }
    [[nodiscard]] Version version() const noexcept { return version_; }
    [[nodiscard]] std::string const& type() const noexcept { return type_; }

private:
    StreamName stream_;
    Version version_;
    std::string type_;
};

/// No event type of that name is known to the application.
class UnknownEventType : public DecodeError {
public:
    UnknownEventType(StreamName const& stream, Version version, std::string type)
        : DecodeError{stream, version, std::move(type), "no event type of this name is known here"} {}
};

} // namespace annals

#endif // ANNALS_STREAM_ERROR_HPP
