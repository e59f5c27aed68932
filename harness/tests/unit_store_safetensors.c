/* safetensors: what is written comes back bit for bit, and what is no safetensors is refused by
 * name: each file here is made byte by byte. */
#include "store/weights_file.h"
#include "unit_store.h"

/* a file of this header and so many bytes of data: 0, 1, 2, .. */
static const char *made(const char *header, int64_t ndata)
{
    const char *path = file_of("made.safetensors");
    uint64_t n = strlen(header);
    unsigned char *bytes = kdi_alloc0(arena, 8 + n + (size_t)ndata + 1);
    memcpy(bytes, &n, 8);
    memcpy(bytes + 8, header, n);
    for (int64_t i = 0; i < ndata; i++)
        bytes[8 + n + (size_t)i] = (unsigned char)i;
    write_bytes(path, bytes, 8 + n + (size_t)ndata);
    return path;
}

static const kd_value *tensor(const kd_value *file, const char *name)
{
    const kd_value *v = kd_get(kd_get(file, "tensor"), name);
    assert_non_null(v);
    return v;
}

#define REFUSED(header, ndata, part)                                                               \
    CHECK_REFUSED(kdi_weights_read(made(header, ndata), NULL, arena, &file), part)

TEST("every type comes back bit for bit, and what is said of the network with it")
{
    const char *path = file_of("all.safetensors");
    kd_value *map = kd_map(arena), *about = kd_map(arena), *file;
    float f[6] = { 0, -0.0f, 1.5f, 3e38f, 1e-45f, -7 };
    double d[2] = { 0.1, -1e300 };
    int64_t i[1] = { INT64_C(-9007199254740993) };
    kd_set(map, "conv1.weight", kd_array(arena, KD_F32, KD_SHAPE(1, 2, 3), f));
    kd_set(map, "a \"quoted\" name", kd_array(arena, KD_F64, KD_SHAPE(2), d));
    kd_set(map, "count", kd_array(arena, KD_I64, kd_shape_of_n(0, NULL), i));
    kd_set(map, "empty", kd_array(arena, KD_F32, KD_SHAPE(0, 4), NULL));
    kd_set_text(about, "arch", "resnet8 \"\xc3\xbc\"");
    kd_set_number(about, "mean", 0.1);
    CHECK_OK(kdi_weights_write(path, "safetensors", map, about));
    CHECK_OK(kdi_weights_read(path, NULL, arena, &file));
    for (int64_t k = 0; k < map->n; k++) {
        const kd_value *got = tensor(file, map->key[k]), *want = map->item[k];
        CHECK_INT(got->element, want->element);
        CHECK(kd_shape_equal(got->shape, want->shape));
        CHECK(memcmp(got->data, want->data, (size_t)want->n * kd_element_size(want->element)) == 0);
    }
    assert_string_equal(kd_get_text(kd_get(file, "about"), "arch", ""), "resnet8 \"\xc3\xbc\"");
    CHECK(kd_get_number(kd_get(file, "about"), "mean", 0) == 0.1);
}

TEST("the same weights are the same bytes, and the tensors begin at a multiple of 8")
{
    kd_value *map = kd_map(arena);
    size_t n, m;
    kd_set(map, "w", kd_array(arena, KD_F32, KD_SHAPE(3), NULL));
    CHECK_OK(kdi_weights_write(file_of("one.safetensors"), "safetensors", map, NULL));
    CHECK_OK(kdi_weights_write(file_of("two.safetensors"), "safetensors", map, NULL));
    const unsigned char *one = read_bytes(file_of("one.safetensors"), &n);
    const unsigned char *two = read_bytes(file_of("two.safetensors"), &m);
    CHECK(n == m && memcmp(one, two, n) == 0);
    CHECK_INT(one[0] % 8, 0);
}

TEST("halves are widened exactly: ends of the range, subnormals, infinities")
{
    static const uint16_t f16[] = {
        0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0x03ff
    };
    static const float want[] = { 1,
                                  -2,
                                  65504,
                                  6.103515625e-05f,
                                  5.9604644775390625e-08f,
                                  -0.0f,
                                  INFINITY,
                                  6.097555160522461e-05f };
    static const uint16_t bf16[] = {
        0x3f80, 0xc000, 0x7f7f, 0x0080, 0x0001, 0x8000, 0x7f80, 0x3dcd
    };
    const char *header = "{\"a\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,16]},"
                         "\"b\":{\"dtype\":\"BF16\",\"shape\":[8],\"data_offsets\":[16,32]}}";
    unsigned char bytes[400];
    uint64_t n = strlen(header);
    kd_value *file;
    memcpy(bytes, &n, 8);
    memcpy(bytes + 8, header, n);
    memcpy(bytes + 8 + n, f16, 16);
    memcpy(bytes + 24 + n, bf16, 16);
    CHECK(arena || file_of("x"));
    CHECK_OK(kdi_safetensors_parse("halves", bytes, (int64_t)n + 40, arena, &file));
    CHECK(memcmp(tensor(file, "a")->data, want, sizeof want) == 0);
    for (int i = 0; i < 8; i++) {
        uint32_t bits;
        memcpy(&bits, (const float *)tensor(file, "b")->data + i, 4);
        CHECK_INT(bits, (uint32_t)bf16[i] << 16);
    }
    assert_string_equal(kd_get_text(kd_get(file, "type"), "b", ""), "BF16");
}

TEST("a file that is too short, or whose header is longer than it, is refused")
{
    kd_value *file;
    const char *path = file_of("short.safetensors");
    write_bytes(path, "abc", 3);
    CHECK_REFUSED(kdi_weights_read(path, NULL, arena, &file), "3 bytes, too few");
    write_bytes(path, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    CHECK_REFUSED(kdi_weights_read(path, NULL, arena, &file), "18446744073709551615 bytes");
    write_bytes(path, "\x03\0\0\0\0\0\0\0{}", 10);
    CHECK_REFUSED(kdi_weights_read(path, NULL, arena, &file), "of 2 there are");
    CHECK_REFUSED(kdi_weights_read(file_of("nowhere"), NULL, arena, &file), "cannot open");
}

TEST("a header that is no JSON, or has a name twice, is refused")
{
    kd_value *file;
    REFUSED("[1]", 0, "does not begin with '{'");
    REFUSED("{\"a\":", 0, "is not JSON");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
            "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            1, "duplicate");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
            "duplicate");
    REFUSED("{\"\xff\":1}", 0, "is not JSON");
}

TEST("an entry must have a type that is known, a shape and offsets, and nothing else")
{
    kd_value *file;
    REFUSED("{\"a\":1}", 0, "'a': should have dtype, shape and data_offsets");
    REFUSED("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 0, "should have dtype");
    REFUSED("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
            "'a' is of type F8_E4M3");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}", 1, "its shape");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}", 1, "its shape");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1,
            "at most 6");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1, "two numbers");
    REFUSED("{\"__metadata__\":[],\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
            1, "__metadata__ should be");
    REFUSED("{\"__metadata__\":{\"x\":1},\"a\":{\"dtype\":\"U8\",\"shape\":[1],"
            "\"data_offsets\":[0,1]}}",
            1, "'x' of __metadata__");
}

TEST("offsets must lie in the file, have the bytes of the shape, and follow each other")
{
    kd_value *file;
    REFUSED("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7,
            "'a' lies at 0 to 8");
    REFUSED("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8,
            "'a' lies at 8 to 0");
    REFUSED("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8,
            "'a' has 8 bytes, which F32");
    REFUSED("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],"
            "\"data_offsets\":[0,0]}}",
            0, "'a' has 0 bytes");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
            3, "'a' and 'b' overlap");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
            "\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,3]}}",
            3, "1 bytes before tensor 'b'");
    REFUSED("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 3,
            "2 bytes after the last tensor");
}

TEST("what torch.save writes is named, not parsed")
{
    kd_value *file;
    const char *path = file_of("teacher.pth");
    write_bytes(path, "PK\3\4\0\0\0\0\0\0", 10);
    CHECK_REFUSED(kdi_weights_read(path, NULL, arena, &file), "torch.save");
}

TEST("HDF5: at the root, in groups, under the usual names; a run's by `which`")
{
    kd_value *root = kd_map(arena), *inner = kd_map(arena), *model = kd_map(arena), *file;
    float f[2] = { 1, 2 };
    kd_set(inner, "weight", kd_array(arena, KD_F32, KD_SHAPE(2), f));
    kd_set(root, "conv1", inner);
    kd_set(root, "bias", kd_array(arena, KD_F64, KD_SHAPE(1), NULL));
    CHECK_OK(kdi_h5_write(file_of("root.h5"), root));
    CHECK_OK(kdi_weights_read(file_of("root.h5"), NULL, arena, &file));
    CHECK(memcmp(tensor(file, "conv1.weight")->data, f, sizeof f) == 0);
    assert_string_equal(kd_get_text(kd_get(file, "type"), "bias", ""), "F64");
    kd_set(model, "state_dict", root);
    kd_set_int(model, "epoch", 240);
    CHECK_OK(kdi_h5_write(file_of("model.h5"), model));
    CHECK_OK(kdi_weights_read(file_of("model.h5"), NULL, arena, &file));
    CHECK_INT(kd_get(file, "tensor")->n, 2);
    kd_value *run = kd_map(arena), *weights = kd_map(arena);
    kd_set(weights, "last", inner);
    kd_set(run, "weights", weights);
    kd_set(run, "spec", kd_map(arena));
    CHECK_OK(kdi_h5_write(file_of("run.h5"), run));
    CHECK_OK(kdi_weights_read(file_of("run.h5"), NULL, arena, &file));
    CHECK_INT(tensor(file, "weight")->n, 2);
    CHECK_REFUSED(kdi_weights_read(file_of("run.h5"), "best_val", arena, &file), "best_val");
}

TEST("HDF5: text and a tensor that is there twice are refused by name")
{
    kd_value *root = kd_map(arena), *inner = kd_map(arena), *list = kd_list(arena), *file;
    kd_push(list, kd_string(arena, "x"));
    kd_set(inner, "weight", list);
    kd_set(root, "conv1", inner);
    CHECK_OK(kdi_h5_write(file_of("text.h5"), root));
    CHECK_REFUSED(kdi_weights_read(file_of("text.h5"), NULL, arena, &file), "'conv1.weight'");
    kd_set(inner, "weight", kd_array(arena, KD_F32, KD_SHAPE(2), NULL));
    kd_set(root, "conv1.weight", kd_array(arena, KD_F32, KD_SHAPE(2), NULL));
    CHECK_OK(kdi_h5_write(file_of("twice.h5"), root));
    CHECK_REFUSED(kdi_weights_read(file_of("twice.h5"), NULL, arena, &file), "twice");
}

TEST("a format is what a path ends in")
{
    const char *format;
    CHECK_OK(kdi_weights_format("a/b.safetensors", &format));
    assert_string_equal(format, "safetensors");
    CHECK_OK(kdi_weights_format("b.h5", &format));
    assert_string_equal(format, "HDF5");
    CHECK_REFUSED(kdi_weights_format("b.pt", &format), "b.pt: weights are written to");
}

TEST_MAIN
