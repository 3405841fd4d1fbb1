// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_HORIZONS_HPP
#define ANNALS_MEMORY_DETAIL_HORIZONS_HPP

#include <annals/detail/truncation_input.hpp>
#include <annals/event_context.hpp>
#include <annals/stream_error.hpp>
#include <annals/truncation.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::detail {

/// What an in-memory store no longer hands out, and where nothing is appended. Under the store's lock.
class Horizons {
public:
    /// The last events that are gone, of the streams that have lost their beginning.
    using Gone = std::map<StreamName, Version>;

    /// 0 if the stream is whole. @param gone  null if all are
    [[nodiscard]] static Version last_gone(Gone const* gone, StreamName const& stream) {
        if (gone == nullptr) {
            return {};
        }
        auto const found = gone->find(stream);
        return found == gone->end() ? Version{} : found->second;
    }
    [[nodiscard]] Version last_gone(StreamName const& stream) const { return last_gone(gone_.get(), stream); }

    /// As of now, for readers without the lock.
    [[nodiscard]] std::shared_ptr<Gone const> const& gone() const noexcept { return gone_; }
    [[nodiscard]] std::vector<Truncation> const& truncations() const noexcept { return truncations_; }

    /// @throws InvalidInput, UsageError  as `require_can_truncate`
    void truncate(StreamName const& stream, Version first, Version last, std::string_view reason) {
        require_can_truncate(stream, first, last, reason);
        if (first.value() - 1 <= last_gone(stream).value()) {
            return;
        }
        auto gone = std::make_shared<Gone>(gone_ ? *gone_ : Gone{});
        (*gone)[stream] = Version{first.value() - 1};
        truncations_.push_back({stream, first, std::string{reason}, system_clock().now()});
        gone_ = std::move(gone);
    }

    /// @throws StreamNotFound  if it has no events
    void end(StreamName const& stream, Version last, std::string_view reason) {
        if (last == Version{}) {
            throw StreamNotFound{stream};
        }
        truncate(stream, last, last, reason);
        ended_[stream] = last;
    }

    /// @throws StreamTombstoned
    void require_open(StreamName const& stream) const {
        if (ended_.contains(stream)) {
            throw StreamTombstoned{stream};
        }
    }

private:
    std::shared_ptr<Gone const> gone_;
    std::vector<Truncation> truncations_;
    std::map<StreamName, Version> ended_; ///< and their last versions
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_HORIZONS_HPP
