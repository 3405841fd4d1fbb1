// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_DECODE_BY_HAND_HPP
#define ANNALS_TESTS_BENCHMARK_DECODE_BY_HAND_HPP

#include <annals/encoded_payload.hpp>
#include <tests/benchmark/orders.hpp>

#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace annals_benchmark {

/// Reads the three events as one would who writes them too: flat objects without blanks and without escapes, their keys
/// in any order. It looks for no key that stands twice or is missing, and for no UTF-8.
class DecoderByHand {
public:
    [[nodiscard]] OrderEvent decode(annals::EncodedPayload const& payload) const {
        if (payload.type == "OrderCreated") {
            OrderCreated event;
            read(payload.data, [&](std::string_view key, Scanner& value) {
                key == "customer_id" ? value.text(event.customer_id)
                                     : value.number(key, "total_amount", event.total_amount);
            });
            return event;
        }
        if (payload.type == "OrderItemAdded") {
            OrderItemAdded event;
            read(payload.data, [&](std::string_view key, Scanner& value) {
                if (key == "product_id") {
                    value.text(event.product_id);
                } else if (key == "quantity") {
                    value.number(key, "quantity", event.quantity);
                } else {
                    value.number(key, "price", event.price);
                }
            });
            return event;
        }
        if (payload.type == "OrderShipped") {
            OrderShipped event;
            read(payload.data, [&](std::string_view key, Scanner& value) {
                value.text(key == "carrier" ? event.carrier : event.tracking_number);
            });
            return event;
        }
        throw std::runtime_error{"an unknown event"};
    }

private:
    class Scanner {
    public:
        explicit Scanner(std::string_view json) : json_{json} {}

        [[nodiscard]] bool is_at(char wanted) const { return at_ < json_.size() && json_[at_] == wanted; }
        void skip(char wanted) {
            require(is_at(wanted));
            ++at_;
        }
        [[nodiscard]] std::string_view quoted() {
            skip('"');
            std::size_t const end = json_.find('"', at_);
            require(end != std::string_view::npos);
            std::string_view const text = json_.substr(at_, end - at_);
            require(text.find('\\') == std::string_view::npos);
            at_ = end + 1;
            return text;
        }
        void text(std::string& value) { value = quoted(); }
        template <class Number>
        void number(std::string_view key, std::string_view wanted, Number& value) {
            require(key == wanted);
            char const* const begin = json_.data() + at_;
            auto const [end, error] = std::from_chars(begin, json_.data() + json_.size(), value);
            require(error == std::errc{});
            at_ += static_cast<std::size_t>(end - begin);
        }

        static void require(bool good) {
            if (!good) {
                throw std::runtime_error{"an event that was not written so"};
            }
        }

    private:
        std::string_view json_;
        std::size_t at_ = 0;
    };

    template <class Take>
    static void read(std::string_view json, Take const& take) {
        Scanner scanner{json};
        scanner.skip('{');
        while (true) {
            std::string_view const key = scanner.quoted();
            scanner.skip(':');
            take(key, scanner);
            if (!scanner.is_at(',')) {
                break;
            }
            scanner.skip(',');
        }
        scanner.skip('}');
    }
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_DECODE_BY_HAND_HPP
