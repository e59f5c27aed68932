/* The only file that includes hdf5.h: leaves in and out of HDF5. */
#include "store/h5.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(sizeof(hid_t) == sizeof(int64_t), "HDF5 1.10 or later is wanted");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files are written in the memory's byte order, which must be little-endian"
#endif

enum {
    PACK_FROM = 4096, /* bytes; smaller datasets are contiguous */
    CHUNK = 1 << 20,  /* largest chunk, bytes */
    GZIP_LEVEL = 4,
    COMPACT_LINKS = 64,    /* members that a dense file keeps in the group itself */
    COMPACT_MOST = 10000,  /* attributes likewise, always */
    ATTRIBUTE_MAX = 60000, /* HDF5 allows 64 kB with the header */
    NAMES_MAX = 100000,
    TEXT_MAX = 1 << 24
};

/* ---- messages ---------------------------------------------------------------- */

/* of the system's errors, which HDF5 tells with time, place and buffer over two lines, the reason
 */
static herr_t innermost(unsigned n, const H5E_error2_t *e, void *user)
{
    static const char before[] = "error message = '";
    const char *text = e->desc ? e->desc : "", *why = strstr(text, before);
    (void)n;
    text = why ? why + sizeof before - 1 : text;
    snprintf(user, 200, "%.*s", (int)(why ? strcspn(text, "'") : strlen(text)), text);
    return 1; /* stop */
}

/* why HDF5 said no, in its own words */
static const char *reason(void)
{
    static char text[200];
    text[0] = '\0';
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, text);
    return text[0] ? text : "HDF5 does not say why";
}

const char *kdi_h5_path(kdi_h5 object)
{
    static char path[300];
    if (H5Iget_name(object.id, path, sizeof path) <= 0)
        snprintf(path, sizeof path, "?");
    return path;
}

static int refuse(kdi_h5 in, const char *name, const char *why)
{
    const char *path = kdi_h5_path(in), *slash = path[1] && name[0] ? "/" : "";
    return kd_error(KD_E_DATA, "%s: %s%s%s: %s", in.file, path, slash, name, why);
}

/* ---- files --------------------------------------------------------------------- */

static hid_t access_list(bool dense)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no file makes us load a filter */
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fclose_degree(list, H5F_CLOSE_STRONG);
    H5Pset_libver_bounds(list, dense ? H5F_LIBVER_V18 : H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    H5Pset_alignment(list, 1, dense ? 1 : 64); /* so that reals can be mapped */
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(list, false, true); /* files are replaced, never changed */
#endif
    return list;
}

/* attributes in the object itself, members too while they are few: heaps take kilobytes each */
static void keep_compact(hid_t list, bool group)
{
    H5Pset_attr_phase_change(list, COMPACT_MOST, 0);
    if (group)
        H5Pset_link_phase_change(list, COMPACT_LINKS, COMPACT_LINKS / 2);
}

static int create(const char *path, int64_t block, bool dense, kdi_h5 *file)
{
    hid_t access = access_list(dense), creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(creation, (hsize_t)block);
    H5Pset_obj_track_times(creation, false);
    if (dense)
        keep_compact(creation, true);
    hid_t id = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    const char *wrong = id < 0 ? reason() : NULL;
    H5Pclose(creation);
    H5Pclose(access);
    if (wrong)
        return kd_error(KD_E_FILE, "cannot create %s: %s", path, wrong);
    *file = (kdi_h5){ .id = id, .file = path, .dense = dense };
    return KD_OK;
}

int kdi_h5_create(const char *path, int64_t block, kdi_h5 *file)
{
    return create(path, block, false, file);
}

int kdi_h5_create_dense(const char *path, int64_t block, kdi_h5 *file)
{
    return create(path, block, true, file);
}

int kdi_h5_open(const char *path, kdi_h5 *file)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return kd_error(KD_E_FILE, "cannot open %s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return kd_error(KD_E_FILE, "cannot open %s: not a file", path);
    hid_t access = access_list(false);
    hid_t id = H5Fopen(path, H5F_ACC_RDONLY, access);
    const char *wrong = id < 0 ? reason() : NULL;
    H5Pclose(access);
    if (wrong)
        return kd_error(KD_E_FILE, "cannot open %s as HDF5: %s", path, wrong);
    *file = (kdi_h5){ .id = id, .file = path, .size = info.st_size };
    return KD_OK;
}

int kdi_h5_close(kdi_h5 *file)
{
    if (file->id <= 0)
        return KD_OK;
    bool bad = H5Fflush(file->id, H5F_SCOPE_GLOBAL) < 0;
    bad |= H5Fclose(file->id) < 0;
    file->id = 0;
    return bad ? kd_error(KD_E_FILE, "cannot finish %s: %s", file->file, reason()) : KD_OK;
}

/* ---- groups --------------------------------------------------------------------- */

static kdi_h5 inside(kdi_h5 in, hid_t id)
{
    return (kdi_h5){ .id = id, .size = in.size, .file = in.file, .dense = in.dense };
}

int kdi_h5_group_new(kdi_h5 in, const char *name, kdi_h5 *group)
{
    hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(list, false);
    if (in.dense)
        keep_compact(list, true);
    hid_t id = H5Gcreate2(in.id, name, H5P_DEFAULT, list, H5P_DEFAULT);
    const char *wrong = id < 0 ? reason() : NULL;
    H5Pclose(list);
    if (wrong)
        return refuse(in, name, wrong);
    *group = inside(in, id);
    return KD_OK;
}

int kdi_h5_link(kdi_h5 in, const char *name, const char *path)
{
    if (H5Lcreate_hard(in.id, path, in.id, name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        return refuse(in, name, reason());
    return KD_OK;
}

int kdi_h5_enter(kdi_h5 in, const char *name, kdi_h5 *object)
{
    H5L_info_t link;
    if (H5Lget_info(in.id, name, &link, H5P_DEFAULT) < 0)
        return refuse(in, name, "there is no such thing");
    if (link.type != H5L_TYPE_HARD)
        return refuse(in, name, "a soft or external link, which is not followed");
    hid_t id = H5Oopen(in.id, name, H5P_DEFAULT);
    if (id < 0)
        return refuse(in, name, reason());
    *object = inside(in, id);
    H5I_type_t type = H5Iget_type(id);
    if (type == H5I_GROUP || type == H5I_DATASET)
        return KD_OK;
    kdi_h5_leave(object);
    return refuse(in, name, "neither a group nor a dataset");
}

void kdi_h5_leave(kdi_h5 *object)
{
    if (object->id > 0)
        H5Oclose(object->id);
    object->id = 0;
}

bool kdi_h5_is_group(kdi_h5 object)
{
    H5I_type_t type = H5Iget_type(object.id);
    return type == H5I_GROUP || type == H5I_FILE;
}

static herr_t add_name(kdi_names *names, const char *name)
{
    if (names->n == names->room) {
        int64_t room = names->room ? 2 * names->room : 16;
        const char **more = kdi_alloc(names->arena, (size_t)room * sizeof *more);
        memcpy(more, names->name ? names->name : more, (size_t)names->n * sizeof *more);
        names->name = more;
        names->room = room;
    }
    names->name[names->n++] = kdi_strdup(names->arena, name);
    return names->n > NAMES_MAX ? -1 : 0;
}

static herr_t add_attribute(hid_t in, const char *name, const H5A_info_t *info, void *user)
{
    (void)in;
    (void)info;
    return add_name(user, name);
}

static herr_t add_member(hid_t in, const char *name, const H5L_info_t *info, void *user)
{
    (void)in;
    (void)info;
    return add_name(user, name);
}

int kdi_h5_attributes(kdi_h5 object, kdi_arena *a, kdi_names *names)
{
    *names = (kdi_names){ .arena = a };
    if (H5Aiterate2(object.id, H5_INDEX_NAME, H5_ITER_INC, NULL, add_attribute, names) < 0)
        return refuse(object, "", reason());
    return KD_OK;
}

int kdi_h5_members(kdi_h5 group, kdi_arena *a, kdi_names *names)
{
    *names = (kdi_names){ .arena = a };
    if (H5Literate(group.id, H5_INDEX_NAME, H5_ITER_INC, NULL, add_member, names) < 0)
        return refuse(group, "", reason());
    return KD_OK;
}

/* ---- types and shapes -------------------------------------------------------------- */

static hid_t bool_type(void)
{
    int8_t no = 0, yes = 1;
    hid_t type = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
    return type;
}

/* a type to be closed */
static hid_t type_of_leaf(const kdi_leaf *leaf)
{
    switch (leaf->type) {
    case KD_F32:
        return H5Tcopy(H5T_IEEE_F32LE);
    case KD_F64:
        return H5Tcopy(H5T_IEEE_F64LE);
    case KD_I32:
        return H5Tcopy(H5T_STD_I32LE);
    case KD_I64:
        return H5Tcopy(H5T_STD_I64LE);
    case KD_U8:
        return H5Tcopy(H5T_STD_U8LE);
    case KDI_LEAF_BOOL:
        return bool_type();
    }
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, (size_t)leaf->width);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static hid_t space_of_leaf(const kdi_leaf *leaf)
{
    hsize_t d[KD_MAX_DIM];
    for (int i = 0; i < leaf->shape.n; i++)
        d[i] = (hsize_t)leaf->shape.d[i];
    return leaf->shape.n ? H5Screate_simple(leaf->shape.n, d, NULL) : H5Screate(H5S_SCALAR);
}

/* half precision, as h5py writes numpy's float16; a type to be closed */
static hid_t half_type(H5T_order_t order)
{
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
    H5Tset_order(type, order);
    return type;
}

/* float32 holds each of them exactly */
static bool is_half(hid_t type)
{
    hid_t little = half_type(H5T_ORDER_LE), big = half_type(H5T_ORDER_BE);
    bool half = H5Tequal(type, little) > 0 || H5Tequal(type, big) > 0;
    H5Tclose(little);
    H5Tclose(big);
    return half;
}

static int type_of_number(hid_t type)
{
    if (H5Tequal(type, H5T_IEEE_F64LE) > 0) /* most are */
        return KD_F64;
    if (H5Tequal(type, H5T_STD_I64LE) > 0)
        return KD_I64;
    const struct {
        hid_t little, big;
        int element;
    } known[] = {
        { H5T_IEEE_F32LE, H5T_IEEE_F32BE, KD_F32 }, { H5T_IEEE_F64LE, H5T_IEEE_F64BE, KD_F64 },
        { H5T_STD_I64LE, H5T_STD_I64BE, KD_I64 },   { H5T_STD_I32LE, H5T_STD_I32BE, KD_I32 },
        { H5T_STD_U8LE, H5T_STD_U8BE, KD_U8 },      { H5T_STD_I8LE, H5T_STD_I8BE, KD_I32 },
        { H5T_STD_I16LE, H5T_STD_I16BE, KD_I32 },   { H5T_STD_U16LE, H5T_STD_U16BE, KD_I32 },
        { H5T_STD_U32LE, H5T_STD_U32BE, KD_I64 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (H5Tequal(type, known[i].little) > 0 || H5Tequal(type, known[i].big) > 0)
            return known[i].element;
    return is_half(type) ? KD_F32 : -1;
}

/* leaf->type and width of an HDF5 type; what is wrong with it, or NULL */
static const char *read_type(hid_t type, kdi_leaf *leaf)
{
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    leaf->width = (int64_t)size;
    leaf->type = -1;
    if (class == H5T_STRING) {
        leaf->type = KDI_LEAF_TEXT;
        bool fixed = H5Tis_variable_str(type) == 0 && size > 0 && size <= TEXT_MAX;
        return fixed ? NULL : "text of variable length: store it with a fixed length";
    }
    if (class == H5T_ENUM) {
        hid_t truth = bool_type();
        leaf->type = H5Tequal(type, truth) > 0 ? KDI_LEAF_BOOL : -1;
        H5Tclose(truth);
    } else if (class == H5T_INTEGER || class == H5T_FLOAT) {
        leaf->type = type_of_number(type);
        leaf->width = leaf->type < 0 ? 0 : (int64_t)kd_element_size((enum kd_element)leaf->type);
    }
    return leaf->type < 0
               ? "neither numbers (float16/32/64, int8..64, uint8..32), text nor booleans"
               : NULL;
}

/* leaf->shape of an HDF5 space; what is wrong with it, or NULL. At most `limit` bytes in all. */
static const char *read_shape(hid_t space, int64_t limit, kdi_leaf *leaf)
{
    int64_t d[KD_MAX_DIM], bytes = leaf->width;
    hsize_t size[H5S_MAX_RANK];
    H5S_class_t class = H5Sget_simple_extent_type(space);
    int rank = H5Sget_simple_extent_dims(space, size, NULL);
    if ((class != H5S_SIMPLE && class != H5S_SCALAR) || rank < 0)
        return "empty (a null dataspace)";
    if (rank > KD_MAX_DIM)
        return "more than 6 axes";
    for (int i = 0; i < rank; i++) {
        if (size[i] > (hsize_t)limit || (bytes > 0 && (int64_t)size[i] > limit / bytes))
            return "its shape is larger than its file can hold";
        d[i] = (int64_t)size[i];
        bytes *= d[i];
    }
    leaf->shape = kd_shape_of_n(rank, d);
    return NULL;
}

/* the type to read with: ours; text in the file's own padding and character set */
static hid_t memory_type(hid_t file_type, const kdi_leaf *leaf)
{
    return leaf->type == KDI_LEAF_TEXT ? H5Tcopy(file_type) : type_of_leaf(leaf);
}

/* text padded with spaces, or garbage after its NUL: all NUL */
static void clean_text(hid_t file_type, kdi_leaf *leaf)
{
    bool spaces = H5Tget_strpad(file_type) == H5T_STR_SPACEPAD;
    int64_t n = kd_shape_numel(leaf->shape);
    for (int64_t i = 0; i < n; i++) {
        char *text = (char *)leaf->data + i * leaf->width;
        size_t used = strnlen(text, (size_t)leaf->width);
        while (spaces && used > 0 && text[used - 1] == ' ')
            used--;
        memset(text + used, 0, (size_t)leaf->width - used);
    }
}

/* ---- attributes ------------------------------------------------------------------------ */

int kdi_h5_put_attribute(kdi_h5 object, const char *name, const kdi_leaf *leaf)
{
    if (kdi_leaf_bytes(leaf) > ATTRIBUTE_MAX)
        return refuse(object, name, "too large for an attribute (60,000 bytes)");
    hid_t type = type_of_leaf(leaf), space = space_of_leaf(leaf);
    hid_t id = H5Acreate2(object.id, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const char *wrong = id < 0 || H5Awrite(id, type, leaf->data) < 0 ? reason() : NULL;
    if (id >= 0)
        H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
    return wrong ? refuse(object, name, wrong) : KD_OK;
}

static const char *describe_attribute(hid_t id, kdi_leaf *leaf)
{
    hid_t type = H5Aget_type(id), space = H5Aget_space(id);
    const char *wrong = type < 0 || space < 0 ? reason() : read_type(type, leaf);
    if (!wrong)
        wrong = read_shape(space, TEXT_MAX, leaf);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return wrong;
}

static const char *read_attribute(hid_t id, kdi_arena *a, kdi_leaf *leaf)
{
    hid_t type = H5Aget_type(id), memory = memory_type(type, leaf);
    leaf->data = kdi_alloc0(a, (size_t)kdi_leaf_bytes(leaf) + 1);
    const char *wrong = H5Aread(id, memory, leaf->data) < 0 ? reason() : NULL;
    if (leaf->type == KDI_LEAF_TEXT)
        clean_text(type, leaf);
    H5Tclose(memory);
    H5Tclose(type);
    return wrong;
}

int kdi_h5_get_attribute(kdi_h5 object, const char *name, kdi_arena *a, kdi_leaf *leaf)
{
    *leaf = (kdi_leaf){ 0 };
    hid_t id = H5Aopen(object.id, name, H5P_DEFAULT);
    if (id < 0)
        return refuse(object, name, reason());
    const char *wrong = describe_attribute(id, leaf);
    if (!wrong)
        wrong = read_attribute(id, a, leaf);
    H5Aclose(id);
    return wrong ? refuse(object, name, wrong) : KD_OK;
}

/* ---- datasets ----------------------------------------------------------------------------- */

/* halves axes from the first on until a chunk is small enough */
static void chunk_of(const kdi_leaf *leaf, hsize_t chunk[KD_MAX_DIM])
{
    int64_t bytes = kdi_leaf_bytes(leaf);
    for (int i = 0; i < leaf->shape.n; i++)
        chunk[i] = (hsize_t)leaf->shape.d[i];
    for (int i = 0; i < leaf->shape.n; i++)
        while (bytes > CHUNK && chunk[i] > 1) {
            bytes = bytes / (int64_t)chunk[i] * (int64_t)((chunk[i] + 1) / 2);
            chunk[i] = (chunk[i] + 1) / 2;
        }
}

static hid_t creation_list(kdi_h5 in, const kdi_leaf *leaf, bool packed)
{
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(list, false);
    H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
    if (in.dense) {
        keep_compact(list, false);
        H5Pset_dset_no_attrs_hint(list, true); /* else 180 bytes are kept free for them */
    }
    if (packed && leaf->shape.n > 0 && kdi_leaf_bytes(leaf) > PACK_FROM) {
        hsize_t chunk[KD_MAX_DIM];
        chunk_of(leaf, chunk);
        H5Pset_chunk(list, leaf->shape.n, chunk);
        H5Pset_shuffle(list);
        H5Pset_deflate(list, GZIP_LEVEL);
    } else {
        H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY);
    }
    return list;
}

int kdi_h5_put_data(kdi_h5 in, const char *name, const kdi_leaf *leaf, bool packed, kdi_h5 *dataset)
{
    hid_t type = type_of_leaf(leaf), space = space_of_leaf(leaf);
    hid_t list = creation_list(in, leaf, packed);
    hid_t id = H5Dcreate2(in.id, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    bool some = leaf->data && kdi_leaf_bytes(leaf) > 0;
    const char *wrong = id < 0 ? reason() : NULL;
    if (!wrong && some && H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, leaf->data) < 0)
        wrong = reason();
    H5Pclose(list);
    H5Sclose(space);
    H5Tclose(type);
    if (wrong)
        return refuse(in, name, wrong);
    kdi_h5 made = inside(in, id);
    if (dataset)
        *dataset = made;
    else
        kdi_h5_leave(&made);
    return KD_OK;
}

int kdi_h5_put_rows(kdi_h5 dataset, const kdi_leaf *leaf, int64_t first, int64_t n,
                    const void *data)
{
    hsize_t start[KD_MAX_DIM] = { (hsize_t)first }, count[KD_MAX_DIM] = { (hsize_t)n };
    for (int i = 1; i < leaf->shape.n; i++)
        count[i] = (hsize_t)leaf->shape.d[i];
    hid_t type = type_of_leaf(leaf), file = space_of_leaf(leaf);
    hid_t memory = H5Screate_simple(leaf->shape.n, count, NULL);
    const char *wrong = NULL;
    if (H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dwrite(dataset.id, type, memory, file, H5P_DEFAULT, data) < 0)
        wrong = reason();
    H5Sclose(memory);
    H5Sclose(file);
    H5Tclose(type);
    return wrong ? refuse(dataset, "", wrong) : KD_OK;
}

static const char *describe_data(kdi_h5 dataset, kdi_leaf *leaf)
{
    hid_t type = H5Dget_type(dataset.id), space = H5Dget_space(dataset.id);
    const char *wrong = type < 0 || space < 0 ? reason() : read_type(type, leaf);
    if (!wrong)
        wrong = read_shape(space, dataset.size * KDI_H5_EXPANDS, leaf);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return wrong;
}

int kdi_h5_describe(kdi_h5 dataset, kdi_leaf *leaf)
{
    *leaf = (kdi_leaf){ 0 };
    const char *wrong = describe_data(dataset, leaf);
    return wrong ? refuse(dataset, "", wrong) : KD_OK;
}

static const char *check_filters(hid_t list)
{
    int n = H5Pget_nfilters(list);
    for (int i = 0; i < n; i++) {
        unsigned flags, config;
        size_t nvalue = 0;
        H5Z_filter_t f = H5Pget_filter2(list, (unsigned)i, &flags, &nvalue, NULL, 0, NULL, &config);
        if (f != H5Z_FILTER_DEFLATE && f != H5Z_FILTER_SHUFFLE && f != H5Z_FILTER_FLETCHER32)
            return "packed with another filter than gzip and shuffle";
    }
    return n < 0 ? reason() : NULL;
}

/* Every chunk must be there, since HDF5 would read the missing ones as zeros, and be packed as the
 * dataset says, since HDF5 would read beyond the end of one that is not. */
static const char *check_each_chunk(kdi_h5 dataset, const kdi_leaf *leaf, const hsize_t *chunk,
                                    hsize_t packed_size)
{
    hsize_t at[KD_MAX_DIM] = { 0 }, size;
    for (;;) {
        unsigned skipped;
        haddr_t place;
        if (H5Dget_chunk_info_by_coord(dataset.id, at, &skipped, &place, &size) < 0)
            return reason();
        if (place == HADDR_UNDEF)
            return "some of its chunks are missing";
        if (skipped || size == 0 || size > (hsize_t)dataset.size ||
            (packed_size && size != packed_size))
            return "a chunk is not packed as it should be";
        int axis = leaf->shape.n - 1;
        while (axis >= 0 && (at[axis] += chunk[axis]) >= (hsize_t)leaf->shape.d[axis])
            at[axis--] = 0;
        if (axis < 0)
            return NULL;
    }
}

static const char *check_chunks(kdi_h5 dataset, hid_t list, const kdi_leaf *leaf)
{
    hsize_t chunk[H5S_MAX_RANK], most[H5S_MAX_RANK] = { 0 };
    if (H5Pget_chunk(list, H5S_MAX_RANK, chunk) != leaf->shape.n)
        return "chunks and shape have different numbers of axes";
    hid_t space = H5Dget_space(dataset.id);
    H5Sget_simple_extent_dims(space, NULL, most);
    H5Sclose(space);
    int64_t limit = dataset.size * KDI_H5_EXPANDS, bytes = leaf->width;
    for (int i = 0; i < leaf->shape.n; i++) {
        if (chunk[i] == 0 || chunk[i] > most[i] || chunk[i] > (hsize_t)(limit / bytes))
            return "its chunks are larger than its shape or its file";
        bytes *= (int64_t)chunk[i];
    }
    if (kdi_leaf_bytes(leaf) == 0)
        return NULL;
    hid_t type = H5Dget_type(dataset.id);
    hsize_t unpacked = (hsize_t)(bytes / leaf->width) * H5Tget_size(type);
    H5Tclose(type);
    return check_each_chunk(dataset, leaf, chunk, H5Pget_nfilters(list) == 0 ? unpacked : 0);
}

static const char *check_storage(kdi_h5 dataset, const kdi_leaf *leaf)
{
    hid_t list = H5Dget_create_plist(dataset.id);
    if (list < 0)
        return reason();
    H5D_layout_t layout = H5Pget_layout(list);
    const char *wrong = check_filters(list);
    if (!wrong && H5Pget_external_count(list) != 0)
        wrong = "its elements are in another file";
    if (!wrong && layout == H5D_CHUNKED)
        wrong = check_chunks(dataset, list, leaf);
    else if (!wrong && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT)
        wrong = "a virtual dataset";
    H5Pclose(list);
    return wrong;
}

/* the elements of an unpacked dataset that nobody wrote read as zeros, too */
static const char *check_size(kdi_h5 dataset, const kdi_leaf *leaf)
{
    hid_t type = H5Dget_type(dataset.id), list = H5Dget_create_plist(dataset.id);
    hsize_t want = (hsize_t)kd_shape_numel(leaf->shape) * H5Tget_size(type);
    bool unpacked = H5Pget_layout(list) != H5D_CHUNKED;
    H5Pclose(list);
    H5Tclose(type);
    return unpacked && H5Dget_storage_size(dataset.id) != want ? "some of it was never written"
                                                               : NULL;
}

static const char *read_data(kdi_h5 dataset, kdi_arena *a, kdi_leaf *leaf)
{
    hid_t type = H5Dget_type(dataset.id), memory = memory_type(type, leaf);
    int64_t bytes = kdi_leaf_bytes(leaf);
    leaf->data = kdi_alloc0(a, (size_t)bytes + 1);
    const char *wrong = NULL;
    if (bytes && H5Dread(dataset.id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, leaf->data) < 0)
        wrong = reason();
    if (leaf->type == KDI_LEAF_TEXT)
        clean_text(type, leaf);
    H5Tclose(memory);
    H5Tclose(type);
    return wrong;
}

int kdi_h5_get_data(kdi_h5 dataset, kdi_arena *a, kdi_leaf *leaf)
{
    KD_TRY(kdi_h5_describe(dataset, leaf));
    const char *wrong = check_storage(dataset, leaf);
    if (!wrong)
        wrong = check_size(dataset, leaf);
    if (!wrong)
        wrong = read_data(dataset, a, leaf);
    return wrong ? refuse(dataset, "", wrong) : KD_OK;
}

int kdi_h5_offset(kdi_h5 dataset, int64_t *offset)
{
    kdi_leaf leaf = { 0 };
    KD_TRY(kdi_h5_describe(dataset, &leaf));
    const char *wrong = check_storage(dataset, &leaf);
    if (!wrong)
        wrong = check_size(dataset, &leaf);
    haddr_t at = H5Dget_offset(dataset.id);
    int64_t bytes = kdi_leaf_bytes(&leaf);
    if (!wrong &&
        (at == HADDR_UNDEF || bytes > dataset.size || at > (haddr_t)(dataset.size - bytes)))
        wrong = "not one piece of its file";
    *offset = (int64_t)at;
    return wrong ? refuse(dataset, "", wrong) : KD_OK;
}

int kdi_h5_copy(kdi_h5 from, const char *name, kdi_h5 to)
{
    if (H5Ocopy(from.id, name, to.id, name, H5P_DEFAULT, H5P_DEFAULT) < 0)
        return refuse(from, name, reason());
    return KD_OK;
}

const char *kdi_h5_version(void)
{
    static char text[32];
    unsigned major, minor, release;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}
