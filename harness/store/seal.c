/* Seals: the first 512 bytes of a file, HDF5's user block, hold the SHA-256 of all that follows.
 * A sealed file is checked before HDF5 sees it, so that damage is damage and never a crash. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "kdbench sealed file\nsha256 of what follows these 512 bytes: "

static int sum_from_block(int fd, char hex[KDI_SHA256_HEX])
{
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    static unsigned char part[1 << 16];
    off_t at = KDI_SEAL_SIZE;
    for (;;) {
        ssize_t n = pread(fd, part, sizeof part, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        kdi_sha256_add(&s, part, (size_t)n);
        at += n;
    }
    kdi_sha256_hex(&s, hex);
    return 0;
}

static int block_of(int fd, char block[KDI_SEAL_SIZE])
{
    char hex[KDI_SHA256_HEX];
    if (sum_from_block(fd, hex) != 0)
        return -1;
    memset(block, 0, KDI_SEAL_SIZE);
    snprintf(block, KDI_SEAL_SIZE, "%s%s\n", MAGIC, hex);
    return 0;
}

int kdi_seal(const char *path)
{
    char block[KDI_SEAL_SIZE];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    bool bad = block_of(fd, block) != 0 || pwrite(fd, block, sizeof block, 0) != sizeof block;
    int why = errno;
    bad |= close(fd) != 0;
    return bad ? kd_error(KD_E_FILE, "cannot seal %s: %s", path, strerror(why)) : KD_OK;
}

bool kdi_is_sealed(const char *path)
{
    char found[sizeof MAGIC] = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool yes = pread(fd, found, strlen(MAGIC), 0) > 0 && strcmp(found, MAGIC) == 0;
    close(fd);
    return yes;
}

int kdi_seal_check(const char *path)
{
    char want[KDI_SEAL_SIZE], found[KDI_SEAL_SIZE] = { 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    ssize_t n = pread(fd, found, sizeof found, 0);
    bool bad = n < 0 || block_of(fd, want) != 0;
    int why = errno;
    close(fd);
    if (bad)
        return kd_error(KD_E_FILE, "cannot read %s: %s", path, strerror(why));
    if (n < KDI_SEAL_SIZE || memcmp(found, MAGIC, strlen(MAGIC)) != 0)
        return kd_error(KD_E_DATA, "%s is not a sealed file of kdbench", path);
    if (memcmp(found, want, sizeof want) != 0)
        return kd_error(KD_E_DATA, "%s is damaged: its checksum does not hold", path);
    return KD_OK;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int kdi_seal_check_once(const char *path)
{
    static struct stat last;
    struct stat now;
    if (stat(path, &now) != 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    if (same_file(&now, &last))
        return KD_OK;
    KD_TRY(kdi_seal_check(path));
    last = now;
    return KD_OK;
}
