// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_SUPPORT_HOSTILE_TEXTS_HPP
#define ANNALS_TESTS_SUPPORT_HOSTILE_TEXTS_HPP

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace annals_tests {

/// Texts that somebody has broken something with.
[[nodiscard]] inline std::vector<std::string> hostile_texts() {
    std::vector<std::string> texts{
        "'",
        "''",
        "\"",
        "`",
        ";",
        "--",
        "/*",
        "*/",
        "\\",
        "%",
        "_",
        "?",
        "?1",
        "$1",
        ":name",
        "@name",
        "' OR '1'='1",
        "' OR 1=1 --",
        "'; DROP TABLE events; --",
        "\"; DROP TABLE events; --",
        "'); DELETE FROM events; --",
        "' UNION SELECT * FROM checkpoints --",
        "1; PRAGMA writable_schema=1",
        "x'); INSERT INTO events DEFAULT VALUES; --",
        "'||(SELECT sql FROM sqlite_schema)||'",
        "' AND load_extension('x') --",
        "ATTACH DATABASE 'x' AS y",
        "'; ROLLBACK; --",
        "'; COMMIT; --",
        "'; SELECT pg_sleep(100); --",
        "$$; DROP TABLE events; --",
        "E'\\\\x00'",
        "{1,2}",
        "{\"a\",NULL}",
        "infinity",
        "NULL",
        "null",
        "true",
        "0",
        "-1",
        "1e400",
        "NaN",
        "9223372036854775808",
        "0x7f",
        "X'00'",
        "$(id)",
        "`id`",
        "| id",
        "&& id",
        "%n%s%x",
        "%00",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "<script>",
        "..",
        "../../etc/passwd",
        "/",
        "a/b",
        "C:\\",
        "con",
        "file:x?mode=memory",
        ":memory:",
        " ",
        "  ",
        " a",
        "a ",
        "a\xc2\xa0",
        "A",
        "a",
        "\xc3\x84",
        "\xc3\xa4",
        "A\xcc\x88",
        "\xef\xac\x81",
        "fi",
        "\xe1\xba\x9e",
        "ss",
        "\xc4\xb0",
        "i",
        "\xe2\x80\xae"
        "abc",
        "\xef\xbb\xbf"
        "bom",
        "\xf0\x9f\x92\xa3",
        "\xf4\x8f\xbf\xbf",
        "\xef\xbf\xbf",
        "\xed\x9f\xbf",
        "{\"a\":1}",
        "[]",
        "\"quoted\"",
        "\\u0000",
        "\\x00",
        std::string(255, '\''),
        std::string(254, 'a') + "'",
        // Not names:
        "",
        "\n",
        "\r\n",
        "\t",
        "a\x7f"
        "b",
        "\x1b[31m",
        "\xc2\x85",
        std::string{"a\0b", 3},
        std::string{"\0", 1},
        "\xff",
        "\xc0\x80",
        "\xed\xa0\x80",
        "\xf5\x80\x80\x80",
        "\xc3",
        "a\xe2\x82",
        std::string(256, 'a'),
    };
    // And what chance makes of the characters that matter.
    std::mt19937 dice{1};
    std::string_view const alphabet = "'\"`;-/*\\%_?()[]=|&<>,. \tabc019\xc3\xa4\xff";
    for (int i = 0; i < 400; ++i) {
        std::string text;
        for (std::size_t n = 1 + dice() % 24; n > 0; --n) {
            text += alphabet[dice() % alphabet.size()];
        }
        texts.push_back(text);
    }
    return texts;
}

/// Names that differ, whatever a database may think of case, spaces, numbers and composed characters.
[[nodiscard]] inline std::vector<std::string> names_that_look_alike() {
    return {
        "a",
        "A",
        "a ",
        " a",
        "\xc3\xa4",
        "a\xcc\x88",
        "\xc3\x84",
        "a'",
        "a%",
        "1",
        "01",
        "1.0",
        "1e0",
        "\xef\xac\x81",
        "fi",
        "ss",
        "\xc3\x9f",
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_SUPPORT_HOSTILE_TEXTS_HPP
