// SPDX-License-Identifier: MIT

#ifndef ANNALS_PAYLOAD_PIPELINE_HPP
#define ANNALS_PAYLOAD_PIPELINE_HPP

#include <annals/detail/base64.hpp>
#include <annals/detail/personal_mark.hpp>
#include <annals/detail/personal_text.hpp>
#include <annals/payload_transform.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// One step between the text of a codec and what is stored.
///
/// **name**, of `a` to `z` and `0` to `9`, is stored with what was sealed: it must never mean something else.
/// **keeps_text**: the result is the same JSON with some values changed, and `open` can tell what it has to do with
/// from the text alone. Otherwise the result is bytes, and `open` is called for what `seal` has made, or somebody has
/// put in its place. **seal** gives nothing if all is to stay as it is. Both throw as those of `PayloadTransform` do.
/// Several threads at once.
///
/// Models: PersonalData, Encryption (annals/sodium.hpp), ZstdCompression (annals/zstd.hpp).
template <class S>
concept PayloadStage =
    std::move_constructible<S> && requires(S const& stage, PayloadPlace const& place, std::string_view bytes) {
        { S::name } -> std::convertible_to<std::string_view>;
        { S::keeps_text } -> std::convertible_to<bool>;
        { stage.seal(place, bytes) } -> std::same_as<std::optional<std::string>>;
        { stage.open(place, bytes) } -> std::same_as<std::string>;
    };

namespace detail {

[[nodiscard]] constexpr bool is_stage_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= 32 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

/// A step of a pipeline. That the pipeline is none has to be said before it is asked whether it can be copied as one.
template <class S, class Pipeline>
concept PayloadStageOf = !std::same_as<S, Pipeline> && PayloadStage<S>;

} // namespace detail

/// What a store does to payloads, step by step: `PayloadPipeline{PersonalData{keys}, ZstdCompression{},
/// Encryption{ring}}`.
///
/// Steps that keep the text come first, then the others, each in the order given. What becomes bytes is stored as a
/// JSON string, `"annals1:zstd+aead:BASE64"`, which says what was done to it: the steps may change from one release to
/// the next, and payloads that were stored before, by other steps or without any, are still read. A step that seals no
/// more stays in `also_opens`.
class PayloadPipeline final : public PayloadTransform {
public:
    /// @throws UsageError  if two steps have the same name
    template <detail::PayloadStageOf<PayloadPipeline>... Stages>
    explicit PayloadPipeline(Stages... stages) {
        (add(std::move(stages), true), ...);
    }

    /// Adds a step that nothing is sealed with any more, so that what was can be read.
    /// @throws UsageError  if there is one of that name: give that one what it needs to open the older payloads
    template <PayloadStage Stage>
    PayloadPipeline& also_opens(Stage stage) {
        add(std::move(stage), false);
        return *this;
    }

    /// @throws InvalidInput  if it holds personal data and no step seals that
    [[nodiscard]] std::string seal(PayloadPlace const& place, std::string_view data) const override;
    [[nodiscard]] std::string open(PayloadPlace const& place, std::string_view data) const override;
    [[nodiscard]] bool is_same(PayloadPlace const& place, std::string_view a, std::string_view b) const override {
        return a == b || detail::is_same_as_far_as_known(open(place, a), open(place, b));
    }

private:
    static constexpr std::string_view mark = "\"annals1:";
    static constexpr std::string_view plain = "plain"; ///< of a text that looks as if it were sealed

    struct Stage {
        Stage() = default;
        Stage(Stage const&) = delete;
        Stage& operator=(Stage const&) = delete;
        virtual ~Stage() = default;
        [[nodiscard]] virtual std::optional<std::string> seal(PayloadPlace const&, std::string_view) const = 0;
        [[nodiscard]] virtual std::string open(PayloadPlace const&, std::string_view) const = 0;
    };

    template <PayloadStage S>
    struct Kept final : Stage {
        explicit Kept(S kept) : stage{std::move(kept)} {}
        [[nodiscard]] std::optional<std::string> seal(PayloadPlace const& place, std::string_view data) const override {
            return stage.seal(place, data);
        }
        [[nodiscard]] std::string open(PayloadPlace const& place, std::string_view data) const override {
            return stage.open(place, data);
        }
        S stage;
    };

    struct Step {
        std::string_view name;
        std::shared_ptr<Stage const> stage;
        bool seals;
    };
    using Steps = std::vector<Step>;

    template <PayloadStage S>
    void add(S stage, bool seals) {
        static_assert(
            detail::is_stage_name(S::name) && S::name != plain,
            "annals: the name of a step is 1 to 32 of a to z and 0 to 9, and not 'plain'"
        );
        if (find(text_steps_, S::name) != nullptr || find(byte_steps_, S::name) != nullptr) {
            throw UsageError{"annals: the pipeline has a step '" + std::string{S::name} + "' already"};
        }
        Steps& steps = S::keeps_text ? text_steps_ : byte_steps_;
        steps.push_back({S::name, std::make_shared<Kept<S> const>(std::move(stage)), seals});
    }

    [[nodiscard]] static Step const* find(Steps const& steps, std::string_view name) noexcept {
        for (Step const& step : steps) {
            if (step.name == name) {
                return &step;
            }
        }
        return nullptr;
    }

    [[nodiscard]] std::string open_bytes(PayloadPlace const& place, std::string_view tags, std::string bytes) const;

    Steps text_steps_;
    Steps byte_steps_;
};

inline std::string PayloadPipeline::seal(PayloadPlace const& place, std::string_view data) const {
    std::string sealed;
    std::string tags;
    auto const run = [&](Steps const& steps, bool are_named) {
        for (Step const& step : steps) {
            auto made = step.seals ? step.stage->seal(place, data) : std::nullopt;
            if (made) {
                sealed = *std::move(made);
                data = sealed;
                if (are_named) {
                    tags.append(tags.empty() ? "" : "+").append(step.name);
                }
            }
        }
    };
    run(text_steps_, false);
    if (detail::has_plain_personal_data(data)) {
        throw InvalidInput{"annals: a payload holds personal data, and the PayloadPipeline has no PersonalData"};
    }
    run(byte_steps_, true);
    if (tags.empty() && data.starts_with(mark)) {
        tags = plain;
    }
    if (tags.empty()) {
        return std::string{data};
    }
    std::string text;
    text.reserve(mark.size() + tags.size() + 2 + (data.size() + 2) / 3 * 4);
    text.append(mark).append(tags) += ':';
    detail::append_base64(text, data);
    return text += '"';
}

inline std::string PayloadPipeline::open(PayloadPlace const& place, std::string_view data) const {
    std::string text;
    if (data.starts_with(mark)) {
        data.remove_prefix(mark.size());
        std::size_t const colon = data.find(':');
        if (colon == std::string_view::npos || !data.ends_with('"')) {
            throw UnreadablePayload{"annals: a sealed payload is incomplete"};
        }
        auto bytes = detail::from_base64(data.substr(colon + 1, data.size() - colon - 2));
        if (!bytes) {
            throw UnreadablePayload{"annals: a sealed payload is not in base64"};
        }
        text = open_bytes(place, data.substr(0, colon), *std::move(bytes));
    } else {
        text = data;
    }
    for (auto step = text_steps_.rbegin(); step != text_steps_.rend(); ++step) {
        text = step->stage->open(place, text);
    }
    return text;
}

inline std::string
PayloadPipeline::open_bytes(PayloadPlace const& place, std::string_view tags, std::string bytes) const {
    if (tags == plain) {
        return bytes;
    }
    for (bool is_done = false; !is_done;) {
        std::size_t const plus = tags.rfind('+');
        is_done = plus == std::string_view::npos;
        std::string_view const name = is_done ? tags : tags.substr(plus + 1);
        Step const* const step = find(byte_steps_, name);
        if (step == nullptr) {
            throw UnreadablePayload{
                "annals: a payload is sealed by a step that the pipeline does not have" +
                (detail::is_stage_name(name) ? ": '" + std::string{name} + "'" : std::string{})
            };
        }
        bytes = step->stage->open(place, bytes);
        tags = tags.substr(0, is_done ? 0 : plus);
    }
    return bytes;
}

} // namespace annals

#endif // ANNALS_PAYLOAD_PIPELINE_HPP
