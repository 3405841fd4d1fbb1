// SPDX-License-Identifier: MIT

#ifndef ANNALS_SODIUM_HPP
#define ANNALS_SODIUM_HPP

#include <annals/payload_pipeline.hpp>
#include <annals/personal.hpp>
#include <annals/sodium/encryption.hpp>
#include <annals/sodium/key_ring.hpp>
#include <annals/sodium/personal_data.hpp>

// Payloads, or personal data within them, encrypted with libsodium.

#endif // ANNALS_SODIUM_HPP
