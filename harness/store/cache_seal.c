/* The seal of a teacher cache: the file's first 512 bytes say how long it is, where its rows lie,
 * and the SHA-256 of all the rest. The rows, which are nearly all of it, have sums of their own
 * that are checked when they are first read. */
#include "store/cache.h"
#include "store/store.h"
#include "store/teacher_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "kdbench teacher cache\n"
#define HDF5  "\211HDF\r\n\032\n"

/* ---- the sum ------------------------------------------------------------------------ */

static int add_piece(kdi_sha256_state *s, int fd, int64_t from, int64_t to)
{
    unsigned char part[1 << 12];
    while (from < to) {
        int64_t want = to - from < (int64_t)sizeof part ? to - from : (int64_t)sizeof part;
        ssize_t n = pread(fd, part, (size_t)want, from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        kdi_sha256_add(s, part, (size_t)n);
        from += n;
    }
    return 0;
}

/* the block of a file of this length with rows there; ranges in order, within the file */
static int make_block(int fd, int64_t size, const kdi_cache_range *rows, int n,
                      char block[KDI_SEAL_SIZE])
{
    char hex[KDI_SHA256_HEX];
    kdi_sha256_state s;
    int64_t at = KDI_SEAL_SIZE;
    memset(block, 0, KDI_SEAL_SIZE);
    int used = snprintf(block, KDI_SEAL_SIZE, MAGIC "bytes %" PRId64 "\n", size);
    for (int i = 0; i < n; i++)
        used += snprintf(block + used, (size_t)(KDI_SEAL_SIZE - used),
                         "rows %" PRId64 " %" PRId64 "\n", rows[i].at, rows[i].bytes);
    kdi_sha256_start(&s);
    kdi_sha256_add(&s, block, (size_t)used);
    for (int i = 0; i <= n; i++) {
        if (add_piece(&s, fd, at, i < n ? rows[i].at : size) != 0)
            return -1;
        at = i < n ? rows[i].at + rows[i].bytes : size;
    }
    kdi_sha256_hex(&s, hex);
    snprintf(block + used, (size_t)(KDI_SEAL_SIZE - used), "sha256 of the rest %s\n", hex);
    return 0;
}

/* ---- sealing ------------------------------------------------------------------------ */

int kdi_cache_seal(const char *path, const kdi_cache_range *rows, int n)
{
    char block[KDI_SEAL_SIZE];
    struct stat info;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    bool bad = fstat(fd, &info) != 0 || make_block(fd, info.st_size, rows, n, block) != 0 ||
               pwrite(fd, block, sizeof block, 0) != sizeof block;
    int why = errno;
    bad |= close(fd) != 0;
    return bad ? kd_error(KD_E_FILE, "cannot seal %s: %s", path, strerror(why)) : KD_OK;
}

/* ---- checking ------------------------------------------------------------------------ */

static int refuse(const char *path, const char *found)
{
    return kd_error(KD_E_DATA,
                    "%s is not a teacher cache of version %d: it is %s; " KDI_CACHE_REBUILD, path,
                    KDI_CACHE_VERSION, found);
}

static int not_a_cache(const char *path, const char *block, int64_t size)
{
    if (size == 0)
        return refuse(path, "empty");
    if (memcmp(block, "kdbench sealed file", 19) == 0)
        return refuse(path, "another sealed file of kdbench, or a cache of version 1");
    if (memcmp(block, HDF5, sizeof HDF5 - 1) == 0)
        return refuse(path, "an HDF5 file that kdbench did not seal");
    return refuse(path, "something else");
}

static int damaged(const char *path)
{
    return kd_error(KD_E_DATA,
                    "%s is damaged: its head does not have its checksum; " KDI_CACHE_REBUILD, path);
}

/* the lines "rows AT BYTES"; false when they cannot be */
static bool parse_ranges(const char *text, int64_t size, kdi_cache_range *rows, int *n)
{
    int64_t at = KDI_SEAL_SIZE;
    for (*n = 0; strncmp(text, "rows ", 5) == 0; (*n)++) {
        kdi_cache_range *r = &rows[*n];
        const char *end = strchr(text, '\n');
        if (*n == KDI_CACHE_COLUMNS || !end ||
            sscanf(text, "rows %" SCNd64 " %" SCNd64, &r->at, &r->bytes) != 2)
            return false;
        if (r->at < at || r->bytes < 0 || r->at > size || r->bytes > size - r->at)
            return false;
        at = r->at + r->bytes;
        text = end + 1;
    }
    return true;
}

static int check_block(const char *path, int fd, int64_t size, const char *found,
                       kdi_cache_range *rows, int *n)
{
    char wanted[KDI_SEAL_SIZE];
    int64_t said;
    const char *text = strchr(found + strlen(MAGIC), '\n');
    if (sscanf(found + strlen(MAGIC), "bytes %" SCNd64, &said) != 1 || !text)
        return damaged(path);
    if (said != size)
        return kd_error(
            KD_E_DATA,
            "%s is damaged: it has %lld bytes, was written with %lld; " KDI_CACHE_REBUILD, path,
            (long long)size, (long long)said);
    if (!parse_ranges(text + 1, size, rows, n) || make_block(fd, size, rows, *n, wanted) != 0 ||
        memcmp(found, wanted, sizeof wanted) != 0)
        return damaged(path);
    return KD_OK;
}

static int check_open(const char *path, int fd, kdi_cache_range *rows, int *n)
{
    char block[KDI_SEAL_SIZE + 1] = { 0 };
    struct stat info;
    ssize_t got = pread(fd, block, KDI_SEAL_SIZE, 0);
    if (got < 0 || fstat(fd, &info) != 0)
        return kd_error(KD_E_FILE, "cannot read %s: %s", path, strerror(errno));
    if (memcmp(block, MAGIC, strlen(MAGIC)) != 0)
        return not_a_cache(path, block, info.st_size);
    if (got < KDI_SEAL_SIZE)
        return damaged(path);
    return check_block(path, fd, info.st_size, block, rows, n);
}

int kdi_cache_seal_check(const char *path, kdi_cache_range rows[KDI_CACHE_COLUMNS], int *n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    int code = check_open(path, fd, rows, n);
    close(fd);
    return code;
}
