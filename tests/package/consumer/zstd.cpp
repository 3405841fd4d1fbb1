// SPDX-License-Identifier: MIT

#include <annals/zstd.hpp>

#include <string>

bool compresses_a_payload();

bool compresses_a_payload() {
    annals::PayloadPipeline const pipeline{annals::ZstdCompression{}};
    annals::StreamName const stream{"Order", "1"};
    annals::EventId const id{};
    std::string const text(4'000, ' ');
    std::string const stored = pipeline.seal({stream, id, {}}, text);
    return stored.size() < text.size() && pipeline.open({stream, id, {}}, stored) == text;
}
