// SPDX-License-Identifier: MIT

#include <annals/sodium.hpp>

bool seals_a_payload();

bool seals_a_payload() {
    annals::PayloadPipeline const pipeline{annals::Encryption{{{"first", annals::KeyRing::new_key()}}}};
    annals::StreamName const stream{"Order", "1"};
    annals::EventId const id{};
    return pipeline.open({stream, id, {}}, pipeline.seal({stream, id, {}}, "{}")) == "{}";
}
