// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP
#define ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP

#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace annals::detail {

/// A growing sequence whose elements never move.
///
/// One thread at a time appends, under the owner's lock. A reader that has learnt `size()` under that lock may read
/// those elements without it, while others append: they touch neither these elements nor the links to them.
template <class T>
class AppendLog {
    [[nodiscard]] static std::size_t least(std::size_t a, std::size_t b) noexcept { return a < b ? a : b; }

    /// Room for elements, of which the first `size` are there.
    struct Chunk {
        Chunk() = default;
        explicit Chunk(std::size_t room) { allocate(room); }
        Chunk(Chunk const&) = delete;
        Chunk& operator=(Chunk const&) = delete;
        ~Chunk() {
            shrink(0);
            std::allocator<T>{}.deallocate(items, capacity);
        }

        void allocate(std::size_t room) {
            items = std::allocator<T>{}.allocate(room);
            capacity = room;
        }
        void shrink(std::size_t to) noexcept {
            while (size > to) {
                std::destroy_at(items + --size);
            }
        }

        T* items = nullptr;
        std::size_t capacity = 0;
        std::size_t size = 0;
        std::unique_ptr<Chunk> next;
    };

public:
    /// Walks over the first `end` elements, starting with number `begin`.
    class Reader {
    public:
        /// Over none.
        Reader() = default;
        Reader(AppendLog const& log, std::size_t begin, std::size_t end) : chunk_{&log.first_} {
            if (begin >= end) {
                return;
            }
            left_ = end - begin;
            for (; begin >= chunk_->capacity; chunk_ = chunk_->next.get()) {
                begin -= chunk_->capacity;
            }
            run_from(begin);
        }

        /// The next element, or null behind the last.
        [[nodiscard]] T const* next() {
            if (at_ == run_end_) {
                if (left_ == 0) {
                    return nullptr;
                }
                chunk_ = chunk_->next.get();
                run_from(0);
            }
            return at_++;
        }

    private:
        void run_from(std::size_t begin) {
            std::size_t const length = least(left_, chunk_->capacity - begin);
            at_ = chunk_->items + begin;
            run_end_ = at_ + length;
            left_ -= length;
        }

        Chunk const* chunk_ = nullptr;
        T const* at_ = nullptr;
        T const* run_end_ = nullptr; ///< of those in this chunk
        std::size_t left_ = 0;       ///< in the chunks after it
    };

    AppendLog() = default;
    AppendLog(AppendLog const&) = delete;
    AppendLog& operator=(AppendLog const&) = delete;
    ~AppendLog() {
        // One by one: each chunk destroying the next would take as many stack frames as there are chunks.
        while (first_.next) {
            first_.next = std::move(first_.next->next);
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Makes room, so that the next `count` calls of `append` need no memory.
    void reserve(std::size_t count) {
        if (first_.capacity == 0 && count > 0) {
            first_.allocate(least(count > min_chunk ? count : min_chunk, max_chunk));
        }
        Chunk* tail = last_;
        for (std::size_t room = tail->capacity - tail->size; room < count; room += tail->capacity) {
            if (!tail->next) {
                tail->next = std::make_unique<Chunk>(least(tail->capacity * 2, max_chunk));
            }
            tail = tail->next.get();
        }
    }

    /// Appends what `make` returns. If it throws, nothing is appended.
    /// @pre  room was reserved
    template <class Make>
    T const* append(Make&& make) noexcept(noexcept(make())) {
        Chunk* const chunk = last_->size < last_->capacity ? last_ : last_->next.get();
        T const* const made = ::new (static_cast<void*>(chunk->items + chunk->size)) T(make());
        last_ = chunk;
        ++last_->size;
        ++size_;
        return made;
    }

    /// Takes the last elements away, which no reader knows of yet. Their room stays.
    void shrink(std::size_t size) noexcept {
        Chunk* chunk = &first_;
        last_ = chunk;
        size_ = size;
        for (; chunk; chunk = chunk->next.get()) {
            if (size > 0) {
                last_ = chunk;
            }
            std::size_t const kept = least(size, chunk->size);
            chunk->shrink(kept);
            size -= kept;
        }
    }

private:
    static constexpr std::size_t min_chunk = 4;
    static constexpr std::size_t max_chunk = 4096;

    Chunk first_;
    Chunk* last_ = &first_;
    std::size_t size_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_APPEND_LOG_HPP
