// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_METADATA_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_METADATA_BY_HAND_HPP

#include <annals/metadata.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace annals_benchmark {

[[nodiscard]] inline std::string metadata_text(annals::Metadata const& metadata) {
    std::string text;
    text.reserve(96);
    text.append(R"({"correlation_id":")").append(metadata.correlation_id);
    text.append(R"(","user":")").append(metadata.user).append(R"("})");
    return text;
}

/// Enough for the texts that the benchmarks write, which hold no escapes.
[[nodiscard]] inline annals::Metadata metadata_of(std::string_view json) {
    auto const field = [json](std::string_view key) {
        std::size_t const begin = json.find(key) + key.size();
        return json.substr(begin, json.find('"', begin) - begin);
    };
    annals::Metadata metadata;
    metadata.correlation_id = field(R"("correlation_id":")");
    metadata.user = field(R"("user":")");
    return metadata;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_METADATA_BY_HAND_HPP
