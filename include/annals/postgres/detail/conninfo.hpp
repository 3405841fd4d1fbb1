// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_CONNINFO_HPP
#define ANNALS_POSTGRES_DETAIL_CONNINFO_HPP

#include <annals/postgres/detail/link.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::postgres::detail {

/// libpq's connection string, read. It appears in no message, for it may hold a password.
class Conninfo {
public:
    /// @throws InvalidInput  if libpq cannot read it
    explicit Conninfo(std::string text) : text_{std::move(text)} {
        char* reason = nullptr;
        std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const options{
            PQconninfoParse(text_.c_str(), &reason), &PQconninfoFree
        };
        PQfreemem(reason); // it quotes what cannot be read, which may be the password
        if (!options || text_.find('\0') != std::string::npos) {
            throw InvalidInput{"annals: the PostgreSQL connection string cannot be read"};
        }
        for (PQconninfoOption const* option = options.get(); option->keyword != nullptr; ++option) {
            std::string_view const key = option->keyword;
            if (option->val != nullptr && (key == "host" || key == "hostaddr" || key == "port")) {
                places_.emplace_back(key, split(option->val));
                if (key != "port" && places_.back().second.size() > hosts_) {
                    hosts_ = places_.back().second.size();
                }
            }
        }
        for (auto const& [key, parts] : places_) {
            if (parts.size() != 1 && parts.size() != hosts_) {
                throw InvalidInput{"annals: the PostgreSQL connection string has lists of hosts that do not match"};
            }
        }
    }

    /// Connects to the first host that answers and can be written to.
    ///
    /// One after another, each in its share of the time: libpq's own way through a list of hosts waits for ever at
    /// one that does not answer, unless it blocks.
    /// @throws ConnectionLost  for the last of them
    [[nodiscard]] Link connect(Deadline const& deadline) const {
        for (std::size_t host = 0;; ++host) {
            try {
                return connect_to(host, deadline.share(hosts_ - host));
            } catch (ConnectionLost const&) {
                if (host + 1 == hosts_) {
                    throw;
                }
            }
        }
    }

private:
    [[nodiscard]] Link connect_to(std::size_t host, Deadline const& deadline) const {
        // What stands before the string can be overridden by it; what stands behind, not. Only the primary shows
        // the announcements that the frontier is made of.
        std::vector<char const*> keys{
            "tcp_user_timeout", "fallback_application_name", "dbname", "client_encoding", "target_session_attrs"
        };
        std::vector<char const*> values{"10000", "annals", text_.c_str(), "UTF8", "read-write"};
        if (hosts_ > 1) {
            for (auto const& [key, parts] : places_) {
                keys.push_back(key.c_str());
                values.push_back(parts[parts.size() == 1 ? 0 : host].c_str());
            }
        }
        keys.push_back(nullptr);
        values.push_back(nullptr);
        Link link{keys.data(), values.data()};
        link.connect(deadline);
        return link;
    }

    [[nodiscard]] static std::vector<std::string> split(std::string_view list) {
        std::vector<std::string> parts;
        while (true) {
            std::size_t const comma = list.find(',');
            parts.emplace_back(list.substr(0, comma));
            if (comma == std::string_view::npos) {
                return parts;
            }
            list.remove_prefix(comma + 1);
        }
    }

    std::string text_;
    std::vector<std::pair<std::string, std::vector<std::string>>> places_;
    std::size_t hosts_ = 1;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_CONNINFO_HPP
