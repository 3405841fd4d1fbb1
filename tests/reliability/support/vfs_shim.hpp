// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_VFS_SHIM_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_VFS_SHIM_HPP

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

namespace reliability {

/// What SQLite asks of the operating system.
enum class FileOperation : std::uint8_t {
    open,
    remove,
    look_up, ///< whether there is such a file
    read,
    write,
    truncate,
    sync,
    size,
    lock,
    map ///< the index of the write-ahead log into memory
};

/// One such wish.
struct FileCall {
    FileOperation operation;
    std::string_view path;
    std::int64_t offset = 0; ///< of a write; the new size of a truncation; 1 for a removal that
                             ///< syncs the directory
    std::string_view bytes;  ///< of a write
};

/// Stands between SQLite and the operating system as the default way to files, as long as it lives.
///
/// Whoever opens a database meanwhile goes through it, so a store is tested as it is. One thread,
/// one shim at a time.
class VfsShim {
public:
    VfsShim() : base_{sqlite3_vfs_find(nullptr)}, vfs_{*base_} {
        vfs_.zName = "annals-test-shim";
        vfs_.pAppData = this;
        vfs_.pNext = nullptr;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + base_->szOsFile;
        vfs_.xOpen = &open;
        vfs_.xDelete = &remove;
        vfs_.xAccess = &look_up;
        sqlite3_vfs_register(&vfs_, 1);
    }
    VfsShim(VfsShim const&) = delete;
    VfsShim& operator=(VfsShim const&) = delete;
    virtual ~VfsShim() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(base_, 1);
    }

protected:
    /// Called before a wish is passed on.
    /// @returns SQLITE_OK, or the error that SQLite is to get instead
    virtual int asked(FileCall const& call) = 0;

    /// Real syncs say nothing here, as the machine stays up, and cost most of the time.
    static constexpr bool passes_on(FileOperation operation) noexcept { return operation != FileOperation::sync; }

private:
    struct File {
        sqlite3_file header; // first: SQLite takes the whole for one
        VfsShim* shim;
        std::string* path;
        sqlite3_file* real;
    };

    static File& file_of(sqlite3_file* file) noexcept { return *reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) noexcept { return file_of(file).real; }

    /// Asks the shim, then the operating system.
    template <class Real>
    static int pass(sqlite3_file* file, FileCall call, Real&& do_it) {
        File const& self = file_of(file);
        call.path = *self.path;
        int const code = self.shim->asked(call);
        return code != SQLITE_OK || !passes_on(call.operation) ? code : do_it(*self.real);
    }

    static int open(sqlite3_vfs* vfs, char const* name, sqlite3_file* file, int flags, int* out_flags) {
        auto& shim = *static_cast<VfsShim*>(vfs->pAppData);
        File& self = file_of(file);
        self.header.pMethods = nullptr; // if opening fails, SQLite must not close it
        std::string_view const path = name == nullptr ? "" : name;
        if (int const code = shim.asked({FileOperation::open, path, 0, {}}); code != SQLITE_OK) {
            return code;
        }
        self.real = reinterpret_cast<sqlite3_file*>(&self + 1);
        int const code = shim.base_->xOpen(shim.base_, name, self.real, flags, out_flags);
        if (code != SQLITE_OK) {
            return code;
        }
        try {
            self.path = new std::string{path};
        } catch (std::bad_alloc const&) { // which must not fly through SQLite
            self.real->pMethods->xClose(self.real);
            return SQLITE_NOMEM;
        }
        self.shim = &shim;
        self.header.pMethods = &methods;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, char const* name, int sync_directory) {
        auto& shim = *static_cast<VfsShim*>(vfs->pAppData);
        int const code = shim.asked({FileOperation::remove, name, sync_directory, {}});
        return code != SQLITE_OK ? code : shim.base_->xDelete(shim.base_, name, 0);
    }

    static int look_up(sqlite3_vfs* vfs, char const* name, int flags, int* out) {
        auto& shim = *static_cast<VfsShim*>(vfs->pAppData);
        int const code = shim.asked({FileOperation::look_up, name, 0, {}});
        return code != SQLITE_OK ? code : shim.base_->xAccess(shim.base_, name, flags, out);
    }

    static int close(sqlite3_file* file) {
        delete file_of(file).path;
        return real(file)->pMethods->xClose(real(file));
    }
    static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
        return pass(file, {FileOperation::read, {}, offset, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xRead(&f, to, size, offset);
        });
    }
    static int write(sqlite3_file* file, void const* from, int size, sqlite3_int64 offset) {
        std::string_view const bytes{static_cast<char const*>(from), static_cast<std::size_t>(size)};
        return pass(file, {FileOperation::write, {}, offset, bytes}, [&](sqlite3_file& f) {
            return f.pMethods->xWrite(&f, from, size, offset);
        });
    }
    static int truncate(sqlite3_file* file, sqlite3_int64 size) {
        return pass(file, {FileOperation::truncate, {}, size, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xTruncate(&f, size);
        });
    }
    static int sync(sqlite3_file* file, int flags) {
        return pass(file, {FileOperation::sync, {}, 0, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xSync(&f, flags);
        });
    }
    static int file_size(sqlite3_file* file, sqlite3_int64* size) {
        return pass(file, {FileOperation::size, {}, 0, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xFileSize(&f, size);
        });
    }
    static int lock(sqlite3_file* file, int level) {
        return pass(file, {FileOperation::lock, {}, 0, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xLock(&f, level);
        });
    }
    static int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
    static int check_reserved_lock(sqlite3_file* file, int* out) {
        return real(file)->pMethods->xCheckReservedLock(real(file), out);
    }
    static int file_control(sqlite3_file* file, int operation, void* argument) {
        return real(file)->pMethods->xFileControl(real(file), operation, argument);
    }
    static int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
    static int device_characteristics(sqlite3_file* file) {
        return real(file)->pMethods->xDeviceCharacteristics(real(file));
    }
    static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
        return pass(file, {FileOperation::map, {}, 0, {}}, [&](sqlite3_file& f) {
            return f.pMethods->xShmMap(&f, page, size, extend, out);
        });
    }
    static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
        auto const do_it = [&](sqlite3_file& f) { return f.pMethods->xShmLock(&f, offset, count, flags); };
        // Letting go of a lock cannot fail.
        return (flags & SQLITE_SHM_UNLOCK) != 0 ? do_it(*real(file))
                                                : pass(file, {FileOperation::lock, {}, 0, {}}, do_it);
    }
    static void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
    static int shm_unmap(sqlite3_file* file, int remove_it) {
        return real(file)->pMethods->xShmUnmap(real(file), remove_it);
    }

    // Version 2: no memory-mapped reads, which would pass by the shim.
    static constexpr sqlite3_io_methods methods{
        2,
        &close,
        &read,
        &write,
        &truncate,
        &sync,
        &file_size,
        &lock,
        &unlock,
        &check_reserved_lock,
        &file_control,
        &sector_size,
        &device_characteristics,
        &shm_map,
        &shm_lock,
        &shm_barrier,
        &shm_unmap,
        nullptr,
        nullptr,
    };

    sqlite3_vfs* base_;
    sqlite3_vfs vfs_;
};

/// Spares the time of real syncs where the machine stays up.
class WithoutSyncs : public VfsShim {
    int asked(FileCall const&) override { return SQLITE_OK; }
};

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_VFS_SHIM_HPP
