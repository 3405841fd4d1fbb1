// SPDX-License-Identifier: MIT

#include <annals/memory/key_store.hpp>
#include <annals/sodium.hpp>
#include <annals/zstd.hpp>
#include <tests/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zstd.h>

using annals::Encryption;
using annals::KeyRing;
using annals::PayloadPipeline;
using annals::PayloadPlace;
using annals::PersonalData;
using annals::UnreadablePayload;
using annals::ZstdCompression;
using Catch::Matchers::ContainsSubstring;

namespace {

using Key = std::array<unsigned char, 32>;

annals::StreamName const stream{"Order", "1"};
annals::EventId const id = annals::parse_event_id("0192e4a0-0000-7000-8000-000000000001");
annals::EventId const other_id = annals::parse_event_id("0192e4a0-0000-7000-8000-000000000002");
PayloadPlace const place{stream, id, {}};

Key key_of(unsigned char byte) {
    Key key{};
    key.fill(byte);
    return key;
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string{digits.substr(i, 2)}, nullptr, 16));
    }
    return bytes;
}

std::string flipped(std::string text, std::size_t bit) {
    text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ (1U << bit % 8));
    return text;
}

/// Whether the pipeline opens the text as what the event was, or as another one of the kind: an object.
bool passes_for_an_event(PayloadPipeline const& pipeline, PayloadPlace const& where, std::string_view sealed) {
    try {
        return pipeline.open(where, sealed).starts_with('{');
    } catch (UnreadablePayload const&) {
        return false;
    }
}

/// Has one key for whom it knows, and loses it by id.
struct OneKey {
    annals::SubjectKey key{annals::parse_event_id("0192e4a0-0000-7000-8000-0000000000ff"), key_of(7)};
    bool is_forgotten = false;
    int asked = 0;

    [[nodiscard]] annals::SubjectKey key_for(std::string_view) {
        ++asked;
        return key;
    }
    [[nodiscard]] std::optional<annals::SubjectKey> find(annals::EventId const& wanted) const {
        return is_forgotten || wanted != key.id ? std::nullopt : std::optional{key};
    }
    bool forget(std::string_view) { return !std::exchange(is_forgotten, true); }
};

struct DownKeys {
    [[noreturn]] annals::SubjectKey key_for(std::string_view) const { throw annals::StoreError{"down", "", true}; }
    [[noreturn]] std::optional<annals::SubjectKey> find(annals::EventId const&) const {
        throw annals::StoreError{"down", "", true};
    }
    [[noreturn]] bool forget(std::string_view) const { throw annals::StoreError{"down", "", true}; }
};

constexpr std::string_view personal_text =
    R"({"email":{"annals:subject":"c\"7","value":"ann@example.com"},"n":1,"phone":{"annals:subject":"c\"7","value":[7]}})";
constexpr std::string_view forgotten_text =
    R"({"email":{"annals:subject":"c\"7"},"n":1,"phone":{"annals:subject":"c\"7"}})";

} // namespace

TEST_CASE("sealing: the vector of draft-irtf-cfrg-xchacha, A.3.1", "[sealing]") {
    std::string const bytes = from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    Key key{};
    std::copy(bytes.begin(), bytes.end(), key.begin());
    std::string const associated = from_hex("50515253c0c1c2c3c4c5c6c7");
    std::string const sealed = from_hex("404142434445464748494a4b4c4d4e4f5051525354555657"
                                        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                                        "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                                        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                                        "21f9664c97637da9768812f615c68b13b52e"
                                        "c0875924c1c7987947deafd8780acf49");
    CHECK(
        annals::sodium::detail::open_sealed(key, associated, sealed) ==
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would "
        "be it."
    );
}

TEST_CASE("sealing: what was sealed once is read for ever", "[sealing]") {
    OneKey keys;
    PayloadPipeline const pipeline{
        PersonalData{keys}, ZstdCompression{}, Encryption{KeyRing{{"2026", key_of(1)}, {"2025", key_of(2)}}}
    };
    CHECK(
        pipeline.open(
            place, R"("annals1:aead:BDIwMjXh60plBxtnAPJmftDkquCZlA92aQ/e3ycxd4DUoDDybwpC8kfYA9vyawAY1VLnJA==")"
        ) == R"({"a":1})"
    );
    CHECK(
        pipeline.open(
            place,
            R"("annals1:zstd+aead:BDIwMjbe6BganjKJjBKSu5s2w22nCjdxY82NiqQiwmsxxcCtvVfAjp4pthco41oUj2eGBI8IJkXkL2kIaRcl5FRqohox/+g=")"
        ) == R"({"a":")" + std::string(600, 'x') + R"("})"
    );
    CHECK(
        pipeline.open(
            place,
            R"({"email":{"annals:subject":"c\"7","sealed":"AZLkoAAAcACAAAAAAAAA/4b5vNoMuloGZwl9q5eCfAOSksYICNPX5enVusIIubWORI9LifboiXo99XL0/8gJuIjzmMuk3un7GA=="},"n":1,"phone":{"annals:subject":"c\"7","sealed":"AZLkoAAAcACAAAAAAAAA/waHK3psWDh54dT9K49npqjKkzVc0Cr2acHVi1va6LuS5pD+ceUTu1JWff8="}})"
        ) == personal_text
    );
}

TEST_CASE("sealing: each combination of steps gives back what it was given", "[sealing]") {
    annals::InMemoryKeyStore keys;
    KeyRing const ring{{"2026", key_of(1)}};
    std::vector<std::shared_ptr<PayloadPipeline>> const pipelines{
        std::make_shared<PayloadPipeline>(PersonalData{keys}),
        std::make_shared<PayloadPipeline>(PersonalData{keys}, ZstdCompression{}),
        std::make_shared<PayloadPipeline>(PersonalData{keys}, Encryption{ring}),
        std::make_shared<PayloadPipeline>(PersonalData{keys}, ZstdCompression{3, 0}, Encryption{ring}),
    };
    for (auto const& pipeline : pipelines) {
        for (std::string const& text :
             {std::string{},
              std::string{"{}"},
              std::string{personal_text},
              std::string{forgotten_text},
              R"({"a":")" + std::string(100'000, 'y') + R"("})"}) {
            std::string const sealed = pipeline->seal(place, text);
            CHECK(pipeline->open(place, sealed) == text);
            CHECK(sealed.find("ann@example.com") == std::string::npos);
            // Nonces are fresh, so that two sealed texts of the same are not.
            CHECK(pipeline->is_same(place, sealed, pipeline->seal(place, text)));
        }
        CHECK(pipeline->seal(place, personal_text) != pipeline->seal(place, personal_text));
    }
}

TEST_CASE("sealing: of 2,000 flipped bits none passes", "[sealing]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const encrypted{PersonalData{keys}, Encryption{KeyRing{{"2026", key_of(1)}}}};
    PayloadPipeline const all{PersonalData{keys}, ZstdCompression{3, 0}, Encryption{KeyRing{{"2026", key_of(1)}}}};
    std::string text{personal_text};
    text.insert(1, R"("padding":")" + std::string(900, 'z') + R"(",)");
    std::mt19937 random{1}; // NOLINT(cert-msc51-cpp)
    for (PayloadPipeline const* const pipeline : {&encrypted, &all}) {
        std::string const sealed = pipeline->seal(place, text);
        REQUIRE(passes_for_an_event(*pipeline, place, sealed));
        for (int flips = 0; flips < 1'000; ++flips) {
            std::size_t const bit = random() % (sealed.size() * 8);
            INFO("bit " << bit);
            REQUIRE_FALSE(passes_for_an_event(*pipeline, place, flipped(sealed, bit)));
        }
    }
    // The teeth: compression alone does not notice each.
    PayloadPipeline const compressed{ZstdCompression{3, 0}};
    std::string varied = R"({"a":")";
    while (varied.size() < 2'000) {
        varied += static_cast<char>('a' + random() % 16);
    }
    varied += "\"}";
    std::string const sealed = compressed.seal(place, varied);
    REQUIRE(sealed.starts_with("\"annals1:zstd:"));
    int passed = 0;
    for (int flips = 0; flips < 1'000; ++flips) {
        passed += passes_for_an_event(compressed, place, flipped(sealed, random() % (sealed.size() * 8))) ? 1 : 0;
    }
    CHECK(passed > 0);
}

TEST_CASE("sealing: a flipped bit of a personal value is noticed", "[sealing][personal]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const pipeline{PersonalData{keys}};
    std::string const sealed = pipeline.seal(place, personal_text);
    std::size_t const begin = sealed.find(R"("sealed":")") + 10;
    std::size_t const end = sealed.find('"', begin);
    constexpr std::size_t id_digits = 22; // a flip in the id of the key makes it that of no key: forgotten
    for (std::size_t bit = (begin + id_digits) * 8; bit < end * 8; ++bit) {
        INFO("bit " << bit);
        std::string opened;
        try {
            opened = pipeline.open(place, flipped(sealed, bit));
        } catch (UnreadablePayload const&) {
            continue;
        }
        // What ends the text early leaves JSON that no codec reads as a personal value.
        REQUIRE(opened.find("ann@example.com") == std::string::npos);
        REQUIRE(opened.find(R"("sealed":")") != std::string::npos);
    }
}

TEST_CASE("sealing: what is sealed for one place opens nowhere else", "[sealing]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const personal{PersonalData{keys}};
    PayloadPipeline const encrypted{Encryption{KeyRing{{"2026", key_of(1)}}}};
    annals::StreamName const other_stream{"Order", "2"};
    annals::StreamName const other_type{"Orde", "r1"};
    annals::StreamName const swapped_parts{"1", "Order"};
    for (auto const& [pipeline, text] : {std::pair{&personal, personal_text}, std::pair{&encrypted, forgotten_text}}) {
        std::string const sealed = pipeline->seal(place, text);
        REQUIRE(pipeline->open(place, sealed) == text);
        for (PayloadPlace const& elsewhere :
             {PayloadPlace{stream, other_id, {}},
              PayloadPlace{other_stream, id, {}},
              PayloadPlace{other_type, id, {}},
              PayloadPlace{swapped_parts, id, {}},
              PayloadPlace{stream, id, annals::Version{1}}}) {
            CHECK_THROWS_AS(pipeline->open(elsewhere, sealed), UnreadablePayload);
        }
    }
}

TEST_CASE("sealing: personal values do not change places within an event", "[sealing][personal]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const pipeline{PersonalData{keys}};
    auto const part = [](std::string_view text, std::size_t n) {
        std::size_t begin = 0;
        for (std::size_t i = 0; i <= n; ++i) {
            begin = text.find("{\"annals:subject\"", begin + 1);
        }
        return text.substr(begin, text.find('}', begin) + 1 - begin);
    };
    auto const put = [](std::string text, std::string_view what, std::string const& with) {
        return text.replace(text.find(what), what.size(), with);
    };
    // Both of one subject: the subject alone would not tell them apart.
    std::string const sealed = pipeline.seal(place, personal_text);
    std::string const first{part(sealed, 0)};
    std::string const second{part(sealed, 1)};
    REQUIRE(first != second);
    CHECK_THROWS_AS(pipeline.open(place, put(sealed, first, second)), UnreadablePayload);
    CHECK_THROWS_AS(pipeline.open(place, put(sealed, second, first)), UnreadablePayload);
    // The value of one as that of another.
    std::string const renamed = put(sealed, R"("c\"7")", R"("c8")");
    CHECK_THROWS_AS(pipeline.open(place, renamed), UnreadablePayload);
}

TEST_CASE("sealing: forgotten values are read as forgotten, the others as before", "[sealing][personal]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const pipeline{PersonalData{keys}, Encryption{KeyRing{{"2026", key_of(1)}}}};
    std::string const both =
        R"([{"annals:subject":"c\"7","value":"a"},{"annals:subject":"c8","value":"b"},{"annals:subject":"c\"7","value":"c"}])";
    std::string const sealed = pipeline.seal(place, both);
    REQUIRE(keys.forget("c\"7"));
    std::string const left =
        R"([{"annals:subject":"c\"7"},{"annals:subject":"c8","value":"b"},{"annals:subject":"c\"7"}])";
    CHECK(pipeline.open(place, sealed) == left);
    // An event that was forgotten in between is the same one still; another value of somebody else is not.
    CHECK(pipeline.is_same(place, sealed, pipeline.seal(place, both)));
    CHECK(pipeline.is_same(place, sealed, pipeline.seal(place, left)));
    CHECK_FALSE(pipeline.is_same(
        place,
        sealed,
        pipeline.seal(
            place,
            R"([{"annals:subject":"c\"7","value":"a"},{"annals:subject":"c8","value":"x"},{"annals:subject":"c\"7","value":"c"}])"
        )
    ));
}

TEST_CASE("sealing: personal data keeps the rest of the text", "[sealing][personal]") {
    OneKey keys;
    PersonalData const stage{keys};
    CHECK_FALSE(stage.seal(place, R"({"a":"annals:subject"})").has_value());
    CHECK(stage.open(place, R"({"a":"annals:subject"})") == R"({"a":"annals:subject"})");
    // From before there was such a step.
    CHECK(stage.open(place, personal_text) == personal_text);
    CHECK(stage.seal(place, personal_text).has_value());
    CHECK(keys.asked == 1);
}

TEST_CASE("sealing: what is no personal value is not sealed as one", "[sealing][personal]") {
    annals::InMemoryKeyStore keys;
    PersonalData const stage{keys};
    for (char const* const text : {
             R"({"annals:subject":"c7","sealed":"QUJD"})",
             R"({"annals:subject":"c7","other":7})",
             R"({"annals:subject":"c7","value":7,"other":7})",
             R"({"annals:subject":7,"value":7})",
             R"({"annals:subject":"","value":7})",
             R"({"annals:subject":"\u0063","value":7})",
             R"({"annals:subject":"c7","value":{"annals:subject":"c8","value":7}})",
         }) {
        INFO(text);
        CHECK_THROWS_AS(stage.seal(place, text), annals::InvalidInput);
    }
}

TEST_CASE("sealing: a key store that fails is no forgotten value", "[sealing][personal]") {
    DownKeys down;
    OneKey up;
    PersonalData const stage{down};
    CHECK_THROWS_AS(stage.seal(place, personal_text), annals::StoreError);
    auto const sealed = PersonalData{up}.seal(place, personal_text);
    CHECK_THROWS_AS(stage.open(place, *sealed), annals::StoreError);
}

TEST_CASE("sealing: a ring opens with each of its keys, and seals with the first", "[sealing]") {
    PayloadPipeline const old{Encryption{KeyRing{{"2025", key_of(2)}}}};
    PayloadPipeline const now{Encryption{KeyRing{{"2026", key_of(1)}, {"2025", key_of(2)}}}};
    PayloadPipeline const impostor{Encryption{KeyRing{{"2025", key_of(3)}}}};
    CHECK(now.open(place, old.seal(place, "{}")) == "{}");
    CHECK_THROWS_WITH(old.open(place, now.seal(place, "{}")), ContainsSubstring("a key that is not in the key ring"));
    CHECK_THROWS_AS(impostor.open(place, old.seal(place, "{}")), UnreadablePayload);
    CHECK_THROWS_AS(KeyRing{std::vector<annals::NamedKey>{}}, annals::UsageError);
    CHECK_THROWS_AS((KeyRing{{"a", key_of(1)}, {"a", key_of(2)}}), annals::UsageError);
    CHECK_THROWS_AS((KeyRing{{"", key_of(1)}}), annals::InvalidInput);
    CHECK(KeyRing::new_key() != KeyRing::new_key());
}

TEST_CASE("sealing: short texts, and those that gain nothing, are not compressed", "[sealing]") {
    ZstdCompression const compression{};
    CHECK_FALSE(compression.seal(place, std::string(511, 'x')).has_value());
    CHECK(compression.seal(place, std::string(512, 'x')).has_value());
    std::mt19937 random{5}; // NOLINT(cert-msc51-cpp)
    std::string noise(4'000, '\0');
    std::generate(noise.begin(), noise.end(), [&random] { return static_cast<char>(random()); });
    CHECK_FALSE(compression.seal(place, noise).has_value());
    CHECK_FALSE(ZstdCompression(3, 0).seal(place, "").has_value());
    CHECK_THROWS_AS(ZstdCompression{1'000}, annals::UsageError);
    std::string const largest(annals::limits::max_payload_bytes, 'x');
    CHECK(compression.open(place, compression.seal(place, largest).value()) == largest);
}

TEST_CASE("sealing: a compressed payload that would be too large is refused unopened", "[sealing]") {
    ZstdCompression const compression{};
    auto const compressed = [](std::size_t size) {
        std::string const zeros(size, '0');
        std::string bytes(::ZSTD_compressBound(size), '\0');
        bytes.resize(::ZSTD_compress(bytes.data(), bytes.size(), zeros.data(), zeros.size(), 1));
        return bytes;
    };
    std::size_t const most = 8 * annals::limits::max_payload_bytes;
    CHECK(compression.open(place, compressed(most)).size() == most);
    std::string const bomb = compressed(most + 1);
    CHECK(bomb.size() < 2'000);
    CHECK_THROWS_WITH(compression.open(place, bomb), ContainsSubstring("too large"));
    // More behind it than the first frame says.
    CHECK_THROWS_AS(compression.open(place, compressed(10) + compressed(10)), UnreadablePayload);
    CHECK_THROWS_AS(compression.open(place, compressed(10).substr(0, 8)), UnreadablePayload);
    CHECK_THROWS_AS(compression.open(place, ""), UnreadablePayload);
    CHECK_THROWS_AS(compression.open(place, "no frame at all"), UnreadablePayload);
}

TEST_CASE("sealing: whatever is stored is opened or refused", "[sealing]") {
    annals::InMemoryKeyStore keys;
    PayloadPipeline const pipeline{PersonalData{keys}, ZstdCompression{3, 0}, Encryption{KeyRing{{"2026", key_of(1)}}}};
    PayloadPipeline compressed{PersonalData{keys}, ZstdCompression{3, 0}};
    compressed.also_opens(Encryption{KeyRing{{"2026", key_of(1)}}});
    std::string const long_text = R"({"a":")" + std::string(300, 'x') + R"("})";
    std::vector<std::string> const seeds{
        pipeline.seal(place, long_text),
        compressed.seal(place, long_text),
        compressed.seal(place, personal_text),
        pipeline.seal(place, personal_text)
    };
    std::mt19937 random{9}; // NOLINT(cert-msc51-cpp)
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = seeds[random() % seeds.size()];
        for (auto changes = 1 + random() % 3; changes > 0 && !text.empty(); --changes) {
            std::size_t const at = random() % text.size();
            switch (random() % 4) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, 1 + random() % 8);
                break;
            case 2:
                text.insert(at, text.substr(random() % text.size(), random() % 16));
                break;
            default:
                text.resize(at);
            }
        }
        try {
            static_cast<void>(pipeline.open(place, text));
            static_cast<void>(compressed.open(place, text));
        } catch (UnreadablePayload const&) {
            ++refused;
        }
    }
    CHECK(refused > 10'000);
}
