// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SEALED_COMMIT_HPP
#define ANNALS_DETAIL_SEALED_COMMIT_HPP

#include <annals/append.hpp>
#include <annals/detail/personal_mark.hpp>
#include <annals/payload_transform.hpp>

#include <span>
#include <vector>

namespace annals::detail {

/// @throws InvalidInput  for personal data that nobody seals
inline void require_no_personal_data(EncodedPayload const& payload) {
    if (has_plain_personal_data(payload.data)) {
        throw InvalidInput{
            "annals: '" + payload.type +
            "' holds personal data, which this store would keep as it is: give it a "
            "PayloadPipeline with PersonalData"
        };
    }
}

/// A commit as it is stored: sealed once, before anything is locked, so that each try sends the same.
class SealedCommit {
public:
    using Commit = std::span<StreamAppend<EncodedPayload> const>;

    SealedCommit(PayloadTransform const* transform, Commit commit) : commit_{commit} {
        for (auto const& part : commit) {
            if (transform == nullptr) {
                for (auto const& event : part.events) {
                    require_no_personal_data(event.payload);
                }
                continue;
            }
            events_.emplace_back(part.events.begin(), part.events.end());
            for (auto& event : events_.back()) {
                event.payload.data = transform->seal({part.stream, event.event_id, {}}, event.payload.data);
            }
        }
        for (auto const& events : events_) {
            parts_.push_back({commit[parts_.size()].stream, commit[parts_.size()].expected, events});
        }
    }

    [[nodiscard]] Commit commit() const noexcept { return parts_.empty() ? commit_ : Commit{parts_}; }

private:
    Commit commit_;
    std::vector<std::vector<NewEvent<EncodedPayload>>> events_;
    std::vector<StreamAppend<EncodedPayload>> parts_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_SEALED_COMMIT_HPP
