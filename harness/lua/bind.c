/* The bridge to Lua, and the only file that sees lua.h: values both ways, one table of functions,
 * and the interpreter that runs the harness. */
#include "lua/bind.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

enum { DEEPEST = 64 };

/* ---- Lua to C ---------------------------------------------------------------- */

static kd_value *to_value(lua_State *L, int at, kdi_arena *a, int depth);

/* a table with a first element is a list, any other a map */
static kd_value *table_to_value(lua_State *L, int at, kdi_arena *a, int depth)
{
    bool list = lua_rawlen(L, at) > 0;
    kd_value *v = list ? kd_list(a) : kd_map(a);
    if (list) {
        for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, at); i <= n; i++) {
            lua_rawgeti(L, at, i);
            kd_push(v, to_value(L, lua_gettop(L), a, depth + 1));
            lua_pop(L, 1);
        }
        return v;
    }
    for (lua_pushnil(L); lua_next(L, at); lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING)
            kd_set(v, lua_tostring(L, -2), to_value(L, lua_gettop(L), a, depth + 1));
    return v;
}

static kd_value *to_value(lua_State *L, int at, kdi_arena *a, int depth)
{
    size_t n;
    const char *s;
    if (depth > DEEPEST || !lua_checkstack(L, 4))
        return kd_nil(a);
    switch (lua_type(L, at)) {
    case LUA_TBOOLEAN:
        return kd_bool(a, lua_toboolean(L, at));
    case LUA_TNUMBER:
        return lua_isinteger(L, at) ? kd_int(a, lua_tointeger(L, at))
                                    : kd_number(a, lua_tonumber(L, at));
    case LUA_TSTRING:
        s = lua_tolstring(L, at, &n);
        return kd_string_n(a, s, (int64_t)n);
    case LUA_TTABLE:
        return table_to_value(L, at, a, depth);
    default:
        return kd_nil(a);
    }
}

/* ---- C to Lua ---------------------------------------------------------------- */

static void push_element(lua_State *L, const kd_value *v, int64_t i)
{
    switch (v->element) {
    case KD_F32:
        lua_pushnumber(L, ((const float *)v->data)[i]);
        break;
    case KD_F64:
        lua_pushnumber(L, ((const double *)v->data)[i]);
        break;
    case KD_I32:
        lua_pushinteger(L, ((const int32_t *)v->data)[i]);
        break;
    case KD_I64:
        lua_pushinteger(L, ((const int64_t *)v->data)[i]);
        break;
    case KD_U8:
        lua_pushinteger(L, ((const uint8_t *)v->data)[i]);
        break;
    }
}

/* an array becomes a flat list of numbers with its sizes in the field `shape` */
static void push_array(lua_State *L, const kd_value *v)
{
    lua_createtable(L, (int)v->n, 1);
    for (int64_t i = 0; i < v->n; i++) {
        push_element(L, v, i);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_createtable(L, v->shape.n, 0);
    for (int i = 0; i < v->shape.n; i++) {
        lua_pushinteger(L, v->shape.d[i]);
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "shape");
}

static void push(lua_State *L, const kd_value *v)
{
    luaL_checkstack(L, 4, "value too deep");
    switch (v ? v->kind : KD_V_NIL) {
    case KD_V_NIL:
        lua_pushnil(L);
        break;
    case KD_V_BOOL:
        lua_pushboolean(L, v->yes);
        break;
    case KD_V_INT:
        lua_pushinteger(L, v->integer);
        break;
    case KD_V_NUMBER:
        lua_pushnumber(L, v->number);
        break;
    case KD_V_STRING:
        lua_pushlstring(L, v->text, (size_t)v->n);
        break;
    case KD_V_LIST:
        lua_createtable(L, (int)v->n, 0);
        for (int64_t i = 0; i < v->n; i++) {
            push(L, v->item[i]);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case KD_V_MAP:
        lua_createtable(L, 0, (int)v->n);
        for (int64_t i = 0; i < v->n; i++) {
            push(L, v->item[i]);
            lua_setfield(L, -2, v->key[i]);
        }
        break;
    case KD_V_ARRAY:
        push_array(L, v);
        break;
    }
}

/* ---- calls --------------------------------------------------------------------- */

/* the arena is a full userdata, so that an error inside Lua cannot lose it */
static kdi_arena *new_arena(lua_State *L)
{
    kdi_arena **box = lua_newuserdatauv(L, sizeof *box, 0);
    *box = NULL;
    luaL_setmetatable(L, "kd.arena");
    *box = kdi_arena_new("call");
    return *box;
}

static int free_arena(lua_State *L)
{
    kdi_arena **box = luaL_checkudata(L, 1, "kd.arena");
    kdi_arena_free(*box);
    *box = NULL;
    return 0;
}

/* upvalue: the kdi_call. On failure nil and the message. */
static int run_call(lua_State *L)
{
    const kdi_call *call = lua_touserdata(L, lua_upvalueindex(1));
    int n = lua_gettop(L);
    kdi_arena *a = new_arena(L);
    kd_value *args = kd_list(a), *result = NULL;
    for (int i = 1; i <= n; i++)
        kd_push(args, to_value(L, i, a, 0));
    kd_error_clear();
    int code = call->run(args, a, &result);
    if (code != KD_OK) {
        lua_pushnil(L);
        lua_pushstring(L, kd_error_message());
        lua_pushinteger(L, code);
        kd_error_clear();
    } else {
        push(L, result);
    }
    int given = code != KD_OK ? 3 : 1;
    lua_pushcfunction(L, free_arena);
    lua_pushvalue(L, n + 1);
    lua_call(L, 1, 0);
    return given;
}

static int open_kd(lua_State *L)
{
    const kdi_call *const *tables = lua_touserdata(L, lua_upvalueindex(1));
    luaL_newmetatable(L, "kd.arena");
    lua_pushcfunction(L, free_arena);
    lua_setfield(L, -2, "__gc");
    lua_newtable(L);
    for (; *tables; tables++)
        for (const kdi_call *c = *tables; c->name; c++) {
            lua_pushlightuserdata(L, (void *)c);
            lua_pushcclosure(L, run_call, 1);
            lua_setfield(L, -2, c->name);
        }
    return 1;
}

static void set_path(lua_State *L, const char *folder)
{
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "path");
    lua_pushfstring(L, "%s/?.lua;%s", folder, lua_tostring(L, -1));
    lua_setfield(L, -3, "path");
    lua_pop(L, 2);
}

static int trace(lua_State *L)
{
    luaL_traceback(L, L, lua_tostring(L, 1), 1);
    return 1;
}

/* require(module).main(arg...) -> exit code */
static int call_main(lua_State *L, const char *module, int argc, char **argv)
{
    lua_pushcfunction(L, trace);
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    if (lua_pcall(L, 1, 1, 1) != LUA_OK)
        return -1;
    lua_getfield(L, -1, "main");
    lua_createtable(L, argc, 0);
    for (int i = 0; i < argc; i++) {
        lua_pushstring(L, argv[i]);
        lua_rawseti(L, -2, i);
    }
    if (lua_pcall(L, 1, 1, 1) != LUA_OK)
        return -1;
    return (int)lua_tointeger(L, -1);
}

int kdi_lua_main(const kdi_call *const *tables, const char *folder, const char *module, int argc,
                 char **argv)
{
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    set_path(L, folder);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "loaded");
    lua_pushlightuserdata(L, (void *)tables);
    lua_pushcclosure(L, open_kd, 1);
    lua_call(L, 0, 1);
    lua_setfield(L, -2, "kd");
    lua_settop(L, 0);
    int code = call_main(L, module, argc, argv);
    if (code < 0)
        fprintf(stderr, "kdbench: %s\n", lua_tostring(L, -1));
    lua_close(L);
    return code < 0 ? 3 : code;
}
