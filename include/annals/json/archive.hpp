// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_ARCHIVE_HPP
#define ANNALS_JSON_ARCHIVE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/json/archive_line.hpp>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace annals {

/// Events outside of a database: a text file of one JSON object a line, each with its checksum, which is only added to.
///
/// Where each event stands is in memory, some 100 bytes an event; the events are not. One writer of a file at a time,
/// and nobody reads while it writes; apart from that, several threads may. See `archive_before` and `WithArchive`.
class FileArchive {
public:
    using Event = SourcedEvent<EncodedPayload>;
    using Offset = std::int64_t;

    /// Where the events stand in the file.
    struct Index {
        std::map<Position, Offset> log;
        std::map<StreamName, std::map<Version, Offset>> streams;
    };

    /// Reads events of one file. One thread.
    class Reader {
    public:
        explicit Reader(std::string const& path) : file_{open(path, "rb")} {}

        /// @throws CorruptData  if what stands there is not what was written
        /// @throws StoreError   if the file cannot be read
        [[nodiscard]] Event read(Offset offset) {
            if (std::fseek(file_.get(), static_cast<long>(offset), SEEK_SET) != 0 || !read_line()) {
                throw CorruptData{"the archive ends too early"};
            }
            return detail::read_archive_line(line_);
        }

        /// Reads the next line, with its line break. @returns false at the end, or at a last line that has none
        bool read_line() {
            line_.clear();
            for (int c = std::getc(file_.get()); c != EOF; c = std::getc(file_.get())) {
                line_ += static_cast<char>(c);
                if (c == '\n') {
                    return true;
                }
            }
            if (std::ferror(file_.get()) != 0) {
                throw StoreError{"annals: the archive cannot be read", "", false};
            }
            return false;
        }
        [[nodiscard]] std::string const& line() const noexcept { return line_; }

    private:
        std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
        std::string line_;
    };

    /// Opens the file, or makes it, and reads it through. A last line that a crash has cut short counts for nothing.
    /// @throws CorruptData  for a line that is not what was written
    /// @throws StoreError   if the file cannot be opened or read
    explicit FileArchive(std::string path) : path_{std::move(path)} {
        static_cast<void>(open(path_, "ab"));
        Reader reader{path_};
        while (reader.read_line()) {
            add_to(index_, detail::read_archive_line(reader.line()), end_);
            end_ += static_cast<Offset>(reader.line().size());
        }
    }

    /// Adds events, durably: they are read back from the file when it returns. Those that it has already are passed
    /// over.
    /// @throws CorruptData  if it has another event at the same position; and what reading throws
    /// @throws StoreError   if they cannot be written; call it again
    void append(std::span<Event const> events) {
        std::string lines;
        std::vector<std::pair<Event const*, Offset>> added;
        for (Event const& event : events) {
            std::string const line = detail::archive_line(event);
            if (auto const known = index_.log.find(event.position); known == index_.log.end()) {
                added.emplace_back(&event, end_ + static_cast<Offset>(lines.size()));
                lines += line;
            } else if (detail::archive_line(reader().read(known->second)) != line) {
                throw CorruptData{
                    event.stream, event.version, "the archive has another event at position " + to_text(event.position)
                };
            }
        }
        write(lines);
        Reader written = reader();
        for (auto const& [event, offset] : added) {
            if (detail::archive_line(written.read(offset)) != detail::archive_line(*event)) {
                throw CorruptData{event->stream, event->version, "the archive does not give back what was written"};
            }
        }
        for (auto const& [event, offset] : added) {
            add_to(index_, *event, offset);
        }
        end_ += static_cast<Offset>(lines.size());
    }

    [[nodiscard]] Index const& index() const noexcept { return index_; }
    [[nodiscard]] Reader reader() const { return Reader{path_}; }

private:
    using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

    [[nodiscard]] static File open(std::string const& path, char const* how) {
        File file{std::fopen(path.c_str(), how), &std::fclose};
        if (!file) {
            throw StoreError{"annals: the archive '" + path + "' cannot be opened", "", false};
        }
        return file;
    }

    static void add_to(Index& index, Event const& event, Offset offset) {
        index.log.emplace(event.position, offset);
        index.streams[event.stream].emplace(event.version, offset);
    }

    /// Over what a crash, or an earlier call that failed, has left behind the end.
    void write(std::string_view lines) {
        File const file = open(path_, "r+b");
        std::FILE* const out = file.get();
        bool const is_written = ::ftruncate(::fileno(out), static_cast<::off_t>(end_)) == 0 &&
                                std::fseek(out, static_cast<long>(end_), SEEK_SET) == 0 &&
                                std::fwrite(lines.data(), 1, lines.size(), out) == lines.size() &&
                                std::fflush(out) == 0 && ::fsync(::fileno(out)) == 0;
        if (!is_written) {
            throw StoreError{"annals: the archive '" + path_ + "' cannot be written", "", true};
        }
    }

    std::string path_;
    Offset end_ = 0;
    Index index_;
};

/// Copies the events of a stream before version `first` into the archive, as they are stored, and truncates the stream.
///
/// They are read back from the disk before the first of them goes. When it is cut short, call it again: meanwhile some
/// are in both places, and `WithArchive` hands each out once.
/// @throws what `FileArchive::append` and `truncate_before` throw
template <TruncatableEventStore Store>
void archive_before(
    Store& store, FileArchive& archive, StreamName const& stream, Version first, std::string_view reason
) {
    std::vector<FileArchive::Event> page;
    auto const& as_stored = [&store]() -> decltype(auto) {
        if constexpr (requires { store.as_stored(); }) {
            return store.as_stored();
        } else {
            return (store);
        }
    }();
    for (auto const& event : as_stored.get_events(stream)) {
        if (event.version >= first) {
            break;
        }
        page.push_back(event);
        if (page.size() == 1'000) {
            archive.append(page);
            page.clear();
        }
    }
    archive.append(page);
    store.truncate_before(stream, first, reason);
}

} // namespace annals

#endif // ANNALS_JSON_ARCHIVE_HPP
