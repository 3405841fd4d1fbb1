// SPDX-License-Identifier: MIT

#ifndef ANNALS_ERROR_HPP
#define ANNALS_ERROR_HPP

#include <stdexcept>
#include <string>
#include <utility>

namespace annals {

// The whole tree. What names a stream stands in stream_error.hpp.
//
//   std::logic_error
//   `- UsageError                the program is wrong; mend the code
//   std::runtime_error
//   `- Error                     the world is; a correct program may catch it
//      |- InvalidInput           refused before the store saw it; nothing written
//      |- ConcurrencyError       another writer was first; nothing written; reload and retry
//      |- IdempotencyMismatch    a known event id came with other content; nothing written
//      |- AppendOutcomeUnknown   written or not: append the same events again to find out
//      |- StreamNotFound         the stream has no events
//      |- StreamTruncated        the events asked for are gone for good; what is left begins later
//      |- StreamTombstoned       the stream was ended for good; nothing written
//      |- StoreError             the database refused or failed; nothing written
//      |- CorruptData            what is stored is not what was written; never handed on as an event
//      |- DecodeError            the bytes are whole but do not fit the event type
//      |  `- UnknownEventType    no event type of that name is known here
//      |- UnreadablePayload      sealed for another place, or with a key that is not at hand (payload_transform.hpp)
//      |- BusError               the broker did not confirm all messages; publish them again (bus_error.hpp)
//      |- ProjectionFailed       a projection has stopped at an event (projection_status.hpp)
//      |- FencedOut              another runner has moved the checkpoint; nothing written
//      |- HistoryDiverged        the checkpoint belongs to another history of this store
//      `- DeadlineExceeded       the time allowed is over; nothing written
//
// No message holds a payload.

/// The program uses the library in a way that can never work.
class UsageError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// Root of all that can go wrong in a correct program.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The input breaks a limit (names, sizes, encodings; see limits.hpp). Nothing was written.
class InvalidInput : public Error {
public:
    using Error::Error;
};

/// The database refused the operation or failed before a commit. Nothing was written.
class StoreError : public Error {
public:
    /// @param code  the database's own code: an SQLite extended result code as a number, or an SQLSTATE
    StoreError(std::string const& message, std::string code, bool transient)
        : Error{message}, code_{std::move(code)}, transient_{transient} {}

    /// Whether the same call may succeed later without any change (a busy or locked database).
    [[nodiscard]] bool is_transient() const noexcept { return transient_; }

    /// The database's own code for the failure.
    [[nodiscard]] std::string const& native_code() const noexcept { return code_; }

private:
    std::string code_;
    bool transient_;
};

/// Another runner has advanced the checkpoint. The transaction of this one was rolled back.
class FencedOut : public Error {
public:
    using Error::Error;
};

/// The event that a checkpoint names is not where the checkpoint says: a restored or replaced store.
class HistoryDiverged : public Error {
public:
    using Error::Error;
};

/// The time allowed for the operation is over. Nothing was written.
class DeadlineExceeded : public Error {
public:
    using Error::Error;
};

} // namespace annals

#endif // ANNALS_ERROR_HPP
