// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SEALED_COMMIT_HPP
#define ANNALS_DETAIL_SEALED_COMMIT_HPP

#include <annals/append.hpp>
#include <annals/payload_transform.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace annals::detail {

/// How `Personal` begins in JSON. In well-formed JSON it stands nowhere else, for within a text its quotes are escaped.
inline constexpr std::string_view personal_mark = R"({"annals:subject":)";

/// @throws InvalidInput  for personal data that nobody seals
inline void require_no_personal_data(EncodedPayload const& payload) {
    if (payload.data.find(personal_mark) != std::string::npos &&
        payload.data.find(R"(,"value":)") != std::string::npos) {
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
