// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_NARROW_ROLE_HPP
#define ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_NARROW_ROLE_HPP

#include <annals/postgres/grants.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <string>
#include <vector>

namespace integration::postgres {

/// A role that may only what a store needs. Goes with the object.
class NarrowRole {
public:
    explicit NarrowRole(TestSchema const& schema) : schema_{schema} {
        schema_.run("CREATE ROLE " + name_ + " LOGIN");
        run(annals::postgres::grant_sql(name_, schema_.options));
    }
    NarrowRole(NarrowRole const&) = delete;
    NarrowRole& operator=(NarrowRole const&) = delete;
    ~NarrowRole() { schema_.run("DROP OWNED BY " + name_ + "; DROP ROLE " + name_); }

    /// Lets it truncate and end streams.
    void make_operator() const { run(annals::postgres::truncate_grant_sql(name_, schema_.options)); }

    [[nodiscard]] std::string const& name() const noexcept { return name_; }
    [[nodiscard]] std::string conninfo() const { return schema_.conninfo + " user=" + name_; }

private:
    void run(std::vector<std::string> const& statements) const {
        for (std::string const& statement : statements) {
            schema_.run(statement);
        }
    }

    TestSchema const& schema_;
    std::string name_ = annals_tests::unique_schema();
};

/// The SQLSTATE with which the server refuses statements; empty if it does not.
[[nodiscard]] inline std::string refusal(Session& session, std::string const& sql) {
    PGresult* const result = PQexec(session.handle(), sql.c_str());
    char const* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    std::string const text = code == nullptr ? "" : code;
    PQclear(result);
    return text;
}

} // namespace integration::postgres

#endif // ANNALS_TESTS_INTEGRATION_POSTGRES_SUPPORT_NARROW_ROLE_HPP
