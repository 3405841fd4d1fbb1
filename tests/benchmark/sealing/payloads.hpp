// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SEALING_PAYLOADS_HPP
#define ANNALS_TESTS_BENCHMARK_SEALING_PAYLOADS_HPP

#include <annals/memory/key_store.hpp>
#include <annals/payload_pipeline.hpp>
#include <annals/sodium.hpp>
#include <annals/zstd.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

struct PayloadSize {
    char const* name;
    std::size_t bytes;
};

inline constexpr std::array<PayloadSize, 3> payload_sizes{
    {{"54 B", 54}, {"1 KiB", std::size_t{1} << 10U}, {"64 KiB", std::size_t{64} << 10U}}
};

/// JSON of about that many bytes: the items of an order, of which `number` makes each payload another one.
[[nodiscard]] inline std::string payload_of(std::size_t bytes, std::size_t number) {
    std::string text = R"({"items":[)";
    for (std::size_t item = number; text.size() + 40 < bytes; item = item * 7 + 13) {
        text += R"({"product":"p-)" + std::to_string(item % 1'000) + R"(","quantity":)" + std::to_string(item % 9) +
                R"(,"price":)" + std::to_string(item % 500) + ".5},";
    }
    text.back() = text.back() == ',' ? ']' : '[';
    text += text.back() == '[' ? "]" : "";
    text += R"(,"n":)" + std::to_string(number);
    text += R"(,"x":")";
    text.append(text.size() + 2 < bytes ? bytes - text.size() - 2 : 1, 'x');
    return text += "\"}";
}

/// The same with the whole as the value of one person.
[[nodiscard]] inline std::string personal_payload_of(std::size_t bytes, std::size_t number) {
    return R"({"annals:subject":"customer-)" + std::to_string(number) + R"(","value":)" + payload_of(bytes, number) +
           '}';
}

using Payloads = std::shared_ptr<annals::PayloadTransform const>;

/// A pipeline that keeps its key store.
template <class Keys, class... Stages>
[[nodiscard]] Payloads pipeline_with(std::shared_ptr<Keys> keys, Stages... stages) {
    struct Held {
        std::shared_ptr<Keys> keys;
        annals::PayloadPipeline pipeline;
        Held(std::shared_ptr<Keys>&& held, Stages&&... made) : keys{std::move(held)}, pipeline{std::move(made)...} {}
    };
    auto const held = std::make_shared<Held>(std::move(keys), std::move(stages)...);
    return {held, &held->pipeline};
}

/// Pipelines by what they do.
class Pipelines {
public:
    [[nodiscard]] Payloads personal() const { return pipeline_with(keys_, annals::PersonalData{*keys_}); }
    [[nodiscard]] Payloads compressed() const { return pipeline_with(keys_, annals::ZstdCompression{}); }
    [[nodiscard]] Payloads encrypted() const { return pipeline_with(keys_, encryption()); }
    [[nodiscard]] Payloads all() const {
        return pipeline_with(keys_, annals::PersonalData{*keys_}, annals::ZstdCompression{}, encryption());
    }

private:
    [[nodiscard]] annals::Encryption encryption() const { return annals::Encryption{annals::KeyRing{{"2026", key_}}}; }

    std::shared_ptr<annals::InMemoryKeyStore> keys_ = std::make_shared<annals::InMemoryKeyStore>();
    std::array<unsigned char, 32> key_ = annals::KeyRing::new_key();
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SEALING_PAYLOADS_HPP
