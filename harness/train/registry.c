/* The catalogue of methods: generated table plus loadable modules. */
#include "train/registry.h"
#include "engine/engine.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

extern const kd_method *const kdi_methods[]; /* generated from the folders, ends with NULL */

enum { MOST = 512 };
static const kd_method *method[MOST];
static int nmethod;
static bool opened;

const char *kdi_method_fault(const kd_method *m)
{
    static char text[256];
    if (m->abi != KD_ABI) {
        snprintf(text, sizeof text, "built for ABI %u with %u-byte reals, this is ABI %u with %u",
                 m->abi >> 8, m->abi & 255, KD_ABI >> 8, KD_ABI & 255);
        return text;
    }
    if (m->size != sizeof(kd_method)) {
        snprintf(text, sizeof text, "its descriptor has %u bytes, should have %zu", m->size,
                 sizeof(kd_method));
        return text;
    }
    if (!m->name || !m->name[0])
        return "it has no name";
    if (!m->loss && !m->step && !m->phases)
        return "it has neither .loss nor .phases nor .step";
    return NULL;
}

int kdi_registry_add(const kd_method *m, const char *from)
{
    const char *fault = kdi_method_fault(m);
    if (fault)
        return kd_error(KD_E_USAGE, "%s: %s", from, fault);
    if (nmethod == MOST)
        return kd_error(KD_E_USAGE, "%s: more than %d methods", from, MOST);
    int at = 0;
    while (at < nmethod && strcmp(method[at]->name, m->name) < 0)
        at++;
    if (at < nmethod && strcmp(method[at]->name, m->name) == 0)
        return kd_error(KD_E_USAGE, "%s: there is a method %s already", from, m->name);
    memmove(&method[at + 1], &method[at], (size_t)(nmethod - at) * sizeof method[0]);
    method[at] = m;
    nmethod++;
    return KD_OK;
}

/* the end of the names of modules for this build */
#ifdef KD_DOUBLE
static const char mine[] = ".double.so";
#else
static const char mine[] = ".so";
#endif

/* is `name` a module of this build? */
static bool is_mine(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot && strcmp(dot, mine) == 0;
}

/* PATH/rkd.so defines kd_method_rkd */
static int load(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char symbol[128];
    int n = (int)strcspn(base, ".");
    snprintf(symbol, sizeof symbol, "kd_method_%.*s", n, base);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!so)
        return kd_error(KD_E_FILE, "cannot load method %s: %s", path, dlerror());
    const kd_method *m = dlsym(so, symbol);
    if (!m) {
        dlclose(so);
        return kd_error(KD_E_FILE, "%s defines no %s: KD_METHOD's name must be the file's", path,
                        symbol);
    }
    return kdi_registry_add(m, path);
}

static int is_module(const struct dirent *entry)
{
    return is_mine(entry->d_name);
}

static int load_folder(const char *path)
{
    struct dirent **entry;
    int n = scandir(path, &entry, is_module, alphasort);
    if (n < 0)
        return kd_error(KD_E_FILE, "cannot read folder %s of KD_METHOD_PATH", path);
    int code = KD_OK;
    for (int i = 0; i < n; i++) {
        char file[PATH_MAX + 257];
        snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        if (code == KD_OK)
            code = load(file);
        free(entry[i]);
    }
    free(entry);
    return code;
}

/* a file that is named is the module of one build; the other build takes the one beside it */
static int load_file(const char *path)
{
    char file[PATH_MAX + sizeof mine];
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    int stem = (int)(base - path) + (int)strcspn(base, ".");
    snprintf(file, sizeof file, "%.*s%s", stem, path, mine);
    return load(file);
}

static int load_path(const char *list)
{
    char part[PATH_MAX];
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ":");
        snprintf(part, sizeof part, "%.*s", (int)n, at);
        at += n + (at[n] == ':');
        struct stat info;
        if (!part[0])
            continue;
        if (stat(part, &info) != 0)
            return kd_error(KD_E_FILE, "KD_METHOD_PATH names %s, which does not exist", part);
        KD_TRY(S_ISDIR(info.st_mode) ? load_folder(part) : load_file(part));
    }
    return KD_OK;
}

int kdi_registry_open(void)
{
    const char *list = getenv("KD_METHOD_PATH");
    if (opened)
        return KD_OK;
    nmethod = 0; /* whoever asks again after a failure gets the same one */
    for (int i = 0; kdi_methods[i]; i++)
        KD_TRY(kdi_registry_add(kdi_methods[i], kdi_methods[i]->name));
    if (list)
        KD_TRY(load_path(list));
    opened = true;
    return KD_OK;
}

int kdi_method_count(void)
{
    return nmethod;
}

const kd_method *kdi_method_at(int i)
{
    return method[i];
}

int kdi_method_find(const char *name, const kd_method **out)
{
    for (int i = 0; i < nmethod; i++)
        if (strcmp(method[i]->name, name) == 0) {
            *out = method[i];
            return KD_OK;
        }
    return kd_error(KD_E_USAGE, "no method '%s': kdbench list methods shows them all", name);
}
