/* safetensors: 8 bytes that say how long the header is, the header in JSON, then the tensors one
 * behind the other, with no hole and nothing left over. https://huggingface.co/docs/safetensors */
#include "store/json_read.h"
#include "store/weights_file.h"

#include "base/json.h"
#include "base/system.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensors are read in the memory's byte order, which must be little-endian"
#endif

#define ABOUT    "kdbench"      /* our entry of the metadata: JSON */
#define METADATA "__metadata__" /* the header's only entry that is no tensor */

enum { PREFIX = 8, HEADER_MOST = 100000000, ALIGN = 8 }; /* the limit is the format's own */

/* ---- types ------------------------------------------------------------------------ */

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float from_bf16(uint16_t half)
{
    return from_bits((uint32_t)half << 16);
}

/* IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction */
static float from_f16(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31;
    uint32_t fraction = half & 0x3ff;
    if (exponent == 31)
        return from_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent > 0)
        return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float tiny = (float)fraction / 16777216.0f; /* fraction * 2^-24 */
    return sign ? -tiny : tiny;
}

/* widen: NULL where the file's elements are ours */
typedef struct dtype {
    const char *name;
    int64_t width;
    enum kd_element element;
    float (*widen)(uint16_t half);
} dtype;

static const dtype dtypes[] = {
    { "F32", 4, KD_F32, NULL }, { "F64", 8, KD_F64, NULL },       { "F16", 2, KD_F32, from_f16 },
    { "I64", 8, KD_I64, NULL }, { "BF16", 2, KD_F32, from_bf16 }, { "I32", 4, KD_I32, NULL },
    { "U8", 1, KD_U8, NULL },
};
enum { NDTYPE = sizeof dtypes / sizeof *dtypes };

static const dtype *dtype_named(const char *name)
{
    for (int i = 0; i < NDTYPE; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    return NULL;
}

static const dtype *dtype_of(enum kd_element element)
{
    for (int i = 0; i < NDTYPE; i++)
        if (dtypes[i].element == element && !dtypes[i].widen)
            return &dtypes[i];
    return NULL;
}

/* ---- the header -------------------------------------------------------------------- */

typedef struct entry {
    const char *name;
    const dtype *type;
    kd_shape shape;
    int64_t begin, end; /* bytes from the first tensor's */
} entry;

typedef struct source {
    const char *path;
    const uint8_t *data; /* the tensors */
    int64_t size;
    kdi_arena *arena;
} source;

static int refuse(const source *s, const char *name, const char *what)
{
    return kd_error(KD_E_DATA, "%s: tensor '%s': %s", s->path, name, what);
}

/* a list of whole numbers from 0 on; -1 where it is none, or longer than `most` */
static int numbers(const kd_value *v, int most, int64_t *out)
{
    if (!v || v->kind != KD_V_LIST || v->n > most)
        return -1;
    for (int64_t i = 0; i < v->n; i++) {
        if (v->item[i]->kind != KD_V_INT || v->item[i]->integer < 0)
            return -1;
        out[i] = v->item[i]->integer;
    }
    return (int)v->n;
}

/* bytes of the tensor, or -1 where they are more than there are at all */
static int64_t bytes_of(const entry *e, int64_t most)
{
    int64_t bytes = e->type->width;
    for (int i = 0; i < e->shape.n; i++)
        if (e->shape.d[i] == 0)
            return 0;
    for (int i = 0; i < e->shape.n; i++) {
        if (e->shape.d[i] > most / bytes)
            return -1;
        bytes *= e->shape.d[i];
    }
    return bytes;
}

static int read_members(const source *s, const kd_value *v, entry *e)
{
    int64_t d[KD_MAX_DIM], offset[2];
    const char *type = kd_get_text(v, "dtype", NULL);
    if (v->kind != KD_V_MAP || v->n != 3 || !type)
        return refuse(s, e->name, "should have dtype, shape and data_offsets, and nothing else");
    e->type = dtype_named(type);
    if (!e->type)
        return kd_error(KD_E_DATA,
                        "%s: tensor '%s' is of type %.20s, should be F32, F64, F16 or BF16 (I64, "
                        "I32, U8 for counts)",
                        s->path, e->name, type);
    int rank = numbers(kd_get(v, "shape"), KD_MAX_DIM, d);
    if (rank < 0)
        return refuse(s, e->name, "its shape should be a list of at most 6 sizes, none negative");
    e->shape = kd_shape_of_n(rank, d);
    if (numbers(kd_get(v, "data_offsets"), 2, offset) != 2)
        return refuse(s, e->name, "its data_offsets should be two numbers, neither negative");
    e->begin = offset[0];
    e->end = offset[1];
    return KD_OK;
}

static int check_offsets(const source *s, const entry *e)
{
    if (e->begin > e->end || e->end > s->size)
        return kd_error(KD_E_DATA,
                        "%s: tensor '%s' lies at %" PRId64 " to %" PRId64
                        ", should be inside the %" PRId64 " bytes of data (truncated?)",
                        s->path, e->name, e->begin, e->end, s->size);
    if (bytes_of(e, s->size) != e->end - e->begin)
        return kd_error(KD_E_DATA,
                        "%s: tensor '%s' has %" PRId64 " bytes, which %s of shape %s has not",
                        s->path, e->name, e->end - e->begin, e->type->name,
                        kd_shape_text(e->shape));
    return KD_OK;
}

static int by_place(const void *p, const void *q)
{
    const entry *a = p, *b = q;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return a->end != b->end ? (a->end < b->end ? -1 : 1) : strcmp(a->name, b->name);
}

/* one behind the other, and nothing else */
static int check_places(const source *s, const entry *entries, int64_t n)
{
    entry *sorted = kdi_alloc(s->arena, (size_t)(n + 1) * sizeof *sorted);
    int64_t at = 0;
    memcpy(sorted, entries, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, by_place);
    for (int64_t i = 0; i < n; at = sorted[i++].end) {
        if (sorted[i].begin < at)
            return kd_error(KD_E_DATA, "%s: tensors '%s' and '%s' overlap", s->path,
                            sorted[i - 1].name, sorted[i].name);
        if (sorted[i].begin > at)
            return kd_error(KD_E_DATA, "%s: %" PRId64 " bytes before tensor '%s' are nobody's",
                            s->path, sorted[i].begin - at, sorted[i].name);
    }
    if (at != s->size)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " bytes after the last tensor are nobody's",
                        s->path, s->size - at);
    return KD_OK;
}

/* every entry but the metadata; room for header->n of them */
static int read_entries(const source *s, const kd_value *header, entry *entries, int64_t *n)
{
    *n = 0;
    for (int64_t i = 0; i < header->n; i++) {
        entry *e = &entries[*n];
        if (strcmp(header->key[i], METADATA) == 0)
            continue;
        e->name = header->key[i];
        KD_TRY(read_members(s, header->item[i], e));
        KD_TRY(check_offsets(s, e));
        ++*n;
    }
    return check_places(s, entries, *n);
}

/* ---- the tensors ------------------------------------------------------------------- */

static kd_value *array_of(const source *s, const entry *e, kdi_arena *a)
{
    kd_value *array = kd_array(a, e->type->element, e->shape, NULL);
    const uint8_t *from = s->data + e->begin;
    if (!e->type->widen) {
        memcpy(array->data, from, (size_t)(e->end - e->begin));
        return array;
    }
    for (int64_t i = 0; i < array->n; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        ((float *)array->data)[i] = e->type->widen(half);
    }
    return array;
}

static int take_metadata(const source *s, const kd_value *header, kd_value *file)
{
    const kd_value *metadata = kd_get(header, METADATA), *about = kd_get(metadata, ABOUT);
    kd_value *told;
    if (metadata && metadata->kind != KD_V_MAP)
        return kd_error(KD_E_DATA, "%s: " METADATA " should be an object of texts", s->path);
    for (int64_t i = 0; metadata && i < metadata->n; i++)
        if (metadata->item[i]->kind != KD_V_STRING)
            return kd_error(KD_E_DATA, "%s: '%s' of " METADATA " should be a text", s->path,
                            metadata->key[i]);
    if (!about)
        return KD_OK;
    const char *where = kdi_format(file->arena, "%s: '" ABOUT "' of " METADATA, s->path);
    KD_TRY(kdi_json_read(about->text, about->n, where, file->arena, &told));
    kd_set(file, "about", told);
    return KD_OK;
}

static int read_header(const source *s, const char *text, int64_t n, kd_value **header)
{
    if (n < 2 || text[0] != '{')
        return kd_error(KD_E_DATA, "%s: its header does not begin with '{': not safetensors",
                        s->path);
    const char *where = kdi_format(s->arena, "%s: its header", s->path);
    KD_TRY(kdi_json_read(text, n, where, s->arena, header));
    KD_ASSERT((*header)->kind == KD_V_MAP);
    return KD_OK;
}

static int header_length(const char *path, const uint8_t *data, int64_t size, int64_t *n)
{
    uint64_t said;
    if (size < PREFIX)
        return kd_error(KD_E_DATA, "%s: %" PRId64 " bytes, too few for safetensors", path, size);
    memcpy(&said, data, sizeof said);
    if (said > HEADER_MOST || said > (uint64_t)(size - PREFIX))
        return kd_error(KD_E_DATA,
                        "%s: says that its header has %" PRIu64 " bytes, of %" PRId64
                        " there are (at most %d): truncated, or not "
                        "safetensors",
                        path, said, size - PREFIX, HEADER_MOST);
    *n = (int64_t)said;
    return KD_OK;
}

static int parse(source *s, const uint8_t *data, int64_t size, kd_value *file)
{
    int64_t length = 0, n = 0;
    kd_value *header, *tensor = kd_map(file->arena), *type = kd_map(file->arena);
    KD_TRY(header_length(s->path, data, size, &length));
    s->data = data + PREFIX + length;
    s->size = size - PREFIX - length;
    KD_TRY(read_header(s, (const char *)data + PREFIX, length, &header));
    entry *entries = kdi_alloc(s->arena, (size_t)(header->n + 1) * sizeof *entries);
    KD_TRY(read_entries(s, header, entries, &n));
    KD_TRY(take_metadata(s, header, file));
    for (int64_t i = 0; i < n; i++) {
        kd_set(tensor, entries[i].name, array_of(s, &entries[i], file->arena));
        kd_set_text(type, entries[i].name, entries[i].type->name);
    }
    kd_set(file, "tensor", tensor);
    kd_set(file, "type", type);
    return KD_OK;
}

int kdi_safetensors_parse(const char *path, const uint8_t *data, int64_t size, kdi_arena *a,
                          kd_value **file)
{
    source s = { .path = path, .arena = kdi_arena_new("safetensors") };
    *file = kd_map(a);
    kd_set_text(*file, "format", "safetensors");
    int code = parse(&s, data, size, *file);
    kdi_arena_free(s.arena);
    return code;
}

int kdi_safetensors_read(const char *path, kdi_arena *a, kd_value **file)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    bool sound = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
    void *map =
        sound ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (map == MAP_FAILED)
        return kd_error(KD_E_FILE, "cannot read %s: %s", path,
                        sound ? strerror(errno) : "empty, or not a file");
    int code = kdi_safetensors_parse(path, map, info.st_size, a, file);
    munmap(map, (size_t)info.st_size);
    return code;
}

/* ---- writing ----------------------------------------------------------------------- */

static kd_value *sizes_of(kd_shape s, kdi_arena *a)
{
    kd_value *list = kd_list(a);
    for (int i = 0; i < s.n; i++)
        kd_push(list, kd_int(a, s.d[i]));
    return list;
}

/* the header's JSON, filled up with spaces so that the tensors begin at a multiple of 8 */
static const char *header_text(const kd_value *tensor, const kd_value *about, kdi_arena *a)
{
    kd_value *header = kd_map(a), *metadata = kd_map(a);
    int64_t at = 0;
    kd_set_text(metadata, "format", "pt"); /* what its readers want to see */
    if (about)
        kd_set_text(metadata, ABOUT, kdi_json(about, a));
    kd_set(header, METADATA, metadata);
    for (int64_t i = 0; i < tensor->n; i++) {
        const kd_value *array = tensor->item[i];
        kd_value *told = kd_map(a), *offset = kd_list(a);
        const dtype *type = dtype_of(array->element);
        kd_push(offset, kd_int(a, at));
        kd_push(offset, kd_int(a, at += array->n * type->width));
        kd_set_text(told, "dtype", type->name);
        kd_set(told, "shape", sizes_of(array->shape, a));
        kd_set(told, "data_offsets", offset);
        kd_set(header, tensor->key[i], told);
    }
    const char *json = kdi_json(header, a);
    return kdi_format(a, "%s%*s", json, (int)((ALIGN - strlen(json) % ALIGN) % ALIGN), "");
}

static bool put_all(FILE *out, const char *header, const kd_value *tensor)
{
    uint64_t n = strlen(header);
    bool good = fwrite(&n, sizeof n, 1, out) == 1 && fwrite(header, 1, n, out) == n;
    for (int64_t i = 0; good && i < tensor->n; i++) {
        const kd_value *array = tensor->item[i];
        size_t bytes = (size_t)array->n * kd_element_size(array->element);
        good = fwrite(array->data, 1, bytes, out) == bytes;
    }
    return good;
}

int kdi_safetensors_write(const char *path, const kd_value *tensor, const kd_value *about)
{
    kdi_arena *a = kdi_arena_new("safetensors");
    const char *part = kdi_format(a, "%s.part", path);
    FILE *out = fopen(part, "wb");
    bool good = out && put_all(out, header_text(tensor, about, a), tensor);
    int why = errno;
    good = (out ? fclose(out) == 0 : false) && good;
    int code = good ? kdi_commit_part(path)
                    : kd_error(KD_E_FILE, "cannot write %s: %s", part, strerror(why));
    kdi_arena_free(a);
    return code;
}
