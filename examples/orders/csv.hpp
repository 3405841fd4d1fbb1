// SPDX-License-Identifier: MIT

#ifndef ORDERS_CSV_HPP
#define ORDERS_CSV_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orders {

/// A file that cannot be read.
class UnreadableFile : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One record of a CSV file.
struct CsvRecord {
    std::int64_t line = 0; ///< the number, from 1, of the line that it begins on
    std::vector<std::string> fields;
    std::string error; ///< what is wrong with it; `fields` are then those before the mistake
};

/// Reads CSV as RFC 4180 has it, record by record: quoted fields with commas, doubled quotes and line
/// ends in them, lines that end in LF or CRLF, a UTF-8 byte order mark. Empty lines are passed over.
///
/// It holds one record at a time, and none of more than 64 KiB.
class CsvReader {
public:
    static constexpr std::size_t max_record_bytes = std::size_t{64} << 10U;

    /// The stream, which should be a binary one, must outlive the reader.
    explicit CsvReader(std::istream& in) : in_{&in} {}

    /// Reads the next record.
    /// @returns false at the end
    /// @throws UnreadableFile  if the stream cannot be read
    [[nodiscard]] bool next(CsvRecord& record) {
        do {
            lines_.clear();
            if (!next_line()) {
                return false;
            }
        } while (content(lines_.back().text).empty());
        record.line = lines_.front().number;
        record.fields.clear();
        record.error.clear();
        parse(record);
        if (!record.error.empty()) {
            reject();
        }
        return true;
    }

    /// Says that the record returned last is not to be trusted: if it spans several lines, reading goes
    /// on at its second one. A quote too many then costs a line, and not all up to the next quote.
    void reject() {
        for (; lines_.size() > 1; lines_.pop_back()) {
            again_.push_front(std::move(lines_.back()));
        }
    }

    /// How much of the stream has been read.
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

private:
    struct Line {
        std::int64_t number = 0;
        std::string text; ///< with its line end
    };

    /// A line without its end.
    [[nodiscard]] static std::string_view content(std::string_view line) {
        line.remove_suffix(line.ends_with('\n') ? 1 : 0);
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        return line;
    }

    /// Adds the next line to the record.
    bool next_line() {
        if (!again_.empty()) {
            lines_.push_back(std::move(again_.front()));
            again_.pop_front();
            return true;
        }
        Line line{line_number_ + 1, {}};
        bool has_end = false;
        while (!has_end && fill()) {
            std::string_view part = std::string_view{buffer_.data(), end_}.substr(begin_);
            std::size_t const line_end = part.find('\n');
            has_end = line_end != std::string_view::npos;
            part = has_end ? part.substr(0, line_end + 1) : part;
            begin_ += part.size();
            if (line.text.size() <= max_record_bytes) { // what is too long is not kept
                line.text += part;
            }
        }
        if (line.text.empty()) {
            return false;
        }
        if (++line_number_ == 1 && line.text.starts_with("\xEF\xBB\xBF")) {
            line.text.erase(0, 3);
        }
        lines_.push_back(std::move(line));
        return true;
    }

    /// Whether there is anything in the buffer, which is filled again if it is used up.
    bool fill() {
        if (begin_ == end_) {
            in_->read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
            if (in_->bad()) {
                throw UnreadableFile{"cannot be read"};
            }
            begin_ = 0;
            end_ = static_cast<std::size_t>(in_->gcount());
            bytes_read_ += end_;
        }
        return begin_ != end_;
    }

    void parse(CsvRecord& record) {
        if (std::string const& line = lines_.back().text; line.size() > max_record_bytes) {
            record.error = "the line is longer than 64 KiB";
            if (std::size_t const comma = line.find(','); comma != std::string::npos && !line.starts_with('"')) {
                record.fields.push_back(line.substr(0, comma));
            }
            return;
        }
        at_ = 0;
        while (true) {
            std::string field;
            if (rest().starts_with('"')) {
                record.error = parse_quoted(field);
                if (!record.error.empty()) {
                    return;
                }
            } else {
                field = rest().substr(0, rest().find(','));
                at_ += field.size();
            }
            if (!rest().empty() && rest().front() != ',') {
                record.error = "a closing quote is not followed by a comma";
                return;
            }
            record.fields.push_back(std::move(field));
            if (rest().empty()) {
                return;
            }
            ++at_;
        }
    }

    /// What is left of the record's last line, without its end.
    [[nodiscard]] std::string_view rest() const {
        std::string_view const line = content(lines_.back().text);
        return line.substr(at_ < line.size() ? at_ : line.size());
    }

    /// @returns what is wrong with the field, if anything
    std::string parse_quoted(std::string& field) {
        std::size_t bytes = lines_.back().text.size();
        ++at_;
        while (true) {
            std::string const& line = lines_.back().text;
            std::size_t const quote = line.find('"', at_);
            field.append(line, at_, quote == std::string::npos ? quote : quote - at_);
            if (quote == std::string::npos) {
                if (!next_line()) {
                    return "a quoted field does not end";
                }
                at_ = 0;
                bytes += lines_.back().text.size();
                if (bytes > max_record_bytes) {
                    return "a quoted field does not end within 64 KiB";
                }
            } else if (line.compare(quote, 2, "\"\"") == 0) {
                field += '"';
                at_ = quote + 2;
            } else {
                at_ = quote + 1;
                return {};
            }
        }
    }

    std::istream* in_;
    std::array<char, std::size_t{64} << 10U> buffer_{};
    std::size_t begin_ = 0; ///< of what is not used yet in the buffer
    std::size_t end_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::int64_t line_number_ = 0;
    std::deque<Line> lines_; ///< of the record
    std::deque<Line> again_; ///< to be read again
    std::size_t at_ = 0;     ///< in the last of `lines_`
};

} // namespace orders

#endif // ORDERS_CSV_HPP
