/* SHA-256 against the vectors of FIPS 180-2. */
#include "test.h"
#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <kd/error.h>

static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST("the standard's vectors come out")
{
    char hex[KDI_SHA256_HEX];
    kdi_sha256("abc", 3, hex);
    CHECK_TEXT(hex, abc);
    kdi_sha256("", 0, hex);
    CHECK_TEXT(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    kdi_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    CHECK_TEXT(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST("pieces give the sum of the whole, and a state can be used again")
{
    char hex[KDI_SHA256_HEX];
    kdi_sha256_state s;
    kdi_sha256_start(&s);
    for (int i = 0; i < 2; i++) {
        kdi_sha256_add(&s, "a", 1);
        kdi_sha256_add(&s, "bc", 2);
        kdi_sha256_hex(&s, hex);
        CHECK_TEXT(hex, abc);
    }
}

TEST("a file's sum is its content's, however long")
{
    char path[] = "sha256-XXXXXX", whole[KDI_SHA256_HEX], hex[KDI_SHA256_HEX];
    static unsigned char content[100000];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (unsigned char)(i * 7 + i / 256);
    FILE *out = fdopen(mkstemp(path), "wb");
    CHECK(fwrite(content, 1, sizeof content, out) == sizeof content);
    fclose(out);
    CHECK_INT(kdi_sha256_file(path, hex), KD_OK);
    kdi_sha256(content, sizeof content, whole);
    CHECK_TEXT(hex, whole);
    unlink(path);
}

TEST("a missing file is named")
{
    char hex[KDI_SHA256_HEX];
    CHECK_INT(kdi_sha256_file("no-such-file", hex), KD_E_FILE);
    CHECK_HAS(kd_error_message(), "no-such-file");
    kd_error_clear();
}

TEST_MAIN
