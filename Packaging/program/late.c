// Functions of libraries that a portable program must not need in order to start. They are looked up when they are
// first called. Packaging/build links this file instead of libcurl and of the libraries of Kerberos and LDAP.
//
// libpq calls gss_acquire_cred before each TCP connection unless gssencmode=disable. Without Kerberos on the system, it
// fails, and libpq connects as a user without a Kerberos ticket does.
#include <curl/curl.h>
#include <dlfcn.h>
#include <gssapi/gssapi.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  void *handle;
  pthread_once_t once;
} Library;

// The names are part of the ABI of these libraries and the same on all distributions.
static Library gssapi = {"libgssapi_krb5.so.2", NULL, PTHREAD_ONCE_INIT};
static Library curl = {"libcurl.so.4", NULL, PTHREAD_ONCE_INIT};

static void open_gssapi(void) { gssapi.handle = dlopen(gssapi.name, RTLD_NOW | RTLD_LOCAL); }
static void open_curl(void) { curl.handle = dlopen(curl.name, RTLD_NOW | RTLD_LOCAL); }

static void *find(Library *library, void (*open)(void), const char *name) {
  pthread_once(&library->once, open);
  return library->handle ? dlsym(library->handle, name) : NULL;
}

// FORWARD(library, failure, result, name, (parameters), (arguments)): a function that calls the library's function of
// the same name, or returns `failure` without it. The headers of the libraries check the signature.
#define FORWARD(library, failure, result, name, parameters, arguments)                  \
  result name parameters {                                                              \
    __typeof__(&name) function = find(&library, open_##library, #name);                 \
    return function ? function arguments : (failure);                                   \
  }
#define FORWARD_VOID(library, name, parameters, arguments)                              \
  void name parameters {                                                                \
    __typeof__(&name) function = find(&library, open_##library, #name);                 \
    if (function) function arguments;                                                   \
  }

// --- Kerberos ---------------------------------------------------------------------------------

// RFC 2744, appendix A.
static gss_OID_desc hostbased_service = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
gss_OID GSS_C_NT_HOSTBASED_SERVICE = &hostbased_service;

#define GSS(name, parameters, arguments) FORWARD(gssapi, GSS_S_UNAVAILABLE, OM_uint32, name, parameters, arguments)

GSS(gss_acquire_cred,
    (OM_uint32 *minor, gss_name_t name, OM_uint32 time, gss_OID_set mechanisms, gss_cred_usage_t usage,
     gss_cred_id_t *credentials, gss_OID_set *actual, OM_uint32 *lifetime),
    (minor, name, time, mechanisms, usage, credentials, actual, lifetime))
GSS(gss_delete_sec_context, (OM_uint32 *minor, gss_ctx_id_t *context, gss_buffer_t token), (minor, context, token))
GSS(gss_import_name, (OM_uint32 *minor, gss_buffer_t text, gss_OID type, gss_name_t *name), (minor, text, type, name))
GSS(gss_init_sec_context,
    (OM_uint32 *minor, gss_cred_id_t credentials, gss_ctx_id_t *context, gss_name_t target, gss_OID mechanism,
     OM_uint32 flags, OM_uint32 time, gss_channel_bindings_t bindings, gss_buffer_t input, gss_OID *actual,
     gss_buffer_t output, OM_uint32 *actual_flags, OM_uint32 *actual_time),
    (minor, credentials, context, target, mechanism, flags, time, bindings, input, actual, output, actual_flags,
     actual_time))
GSS(gss_release_cred, (OM_uint32 *minor, gss_cred_id_t *credentials), (minor, credentials))
GSS(gss_release_name, (OM_uint32 *minor, gss_name_t *name), (minor, name))
GSS(gss_unwrap,
    (OM_uint32 *minor, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t output, int *encrypted, gss_qop_t *quality),
    (minor, context, input, output, encrypted, quality))
GSS(gss_wrap,
    (OM_uint32 *minor, gss_ctx_id_t context, int encrypt, gss_qop_t quality, gss_buffer_t input, int *encrypted,
     gss_buffer_t output),
    (minor, context, encrypt, quality, input, encrypted, output))
GSS(gss_wrap_size_limit,
    (OM_uint32 *minor, gss_ctx_id_t context, int encrypt, gss_qop_t quality, OM_uint32 output, OM_uint32 *input),
    (minor, context, encrypt, quality, output, input))

// libpq asks for the text of each failure, and releases it.
static char missing[] = "the library libgssapi_krb5.so.2 is not installed";

OM_uint32 gss_display_status(
    OM_uint32 *minor, OM_uint32 status, int type, gss_OID mechanism, OM_uint32 *more, gss_buffer_t text) {
  __typeof__(&gss_display_status) function = find(&gssapi, open_gssapi, "gss_display_status");
  if (function) return function(minor, status, type, mechanism, more, text);
  *minor = *more = 0;
  text->value = missing;
  text->length = strlen(missing);
  return GSS_S_COMPLETE;
}

OM_uint32 gss_release_buffer(OM_uint32 *minor, gss_buffer_t text) {
  __typeof__(&gss_release_buffer) function = find(&gssapi, open_gssapi, "gss_release_buffer");
  if (function) return function(minor, text);
  text->value = NULL;
  text->length = 0;
  return GSS_S_COMPLETE;
}

// --- LDAP --------------------------------------------------------------------------------------

// libpq reads connection parameters from an LDAP server if pg_service.conf names one. It reports that the first call
// failed. The other functions are never called then.
void *ldap_init(const char *host, int port) {
  (void)host, (void)port;
  return NULL;
}

#define NEVER(name) \
  void name(void) { abort(); }
NEVER(ldap_count_entries)
NEVER(ldap_err2string)
NEVER(ldap_first_entry)
NEVER(ldap_get_values_len)
NEVER(ldap_msgfree)
NEVER(ldap_result)
NEVER(ldap_search_st)
NEVER(ldap_set_option)
NEVER(ldap_simple_bind)
NEVER(ldap_unbind)
NEVER(ldap_value_free_len)

// --- libcurl -----------------------------------------------------------------------------------

// Macros of the header that check the types of arguments.
#undef curl_easy_getinfo
#undef curl_easy_setopt

FORWARD(curl, CURLE_FAILED_INIT, CURLcode, curl_global_init, (long flags), (flags))
FORWARD(curl, NULL, CURL *, curl_easy_init, (void), ())
FORWARD_VOID(curl, curl_easy_cleanup, (CURL * easy), (easy))
FORWARD(curl, "libcurl.so.4 is not installed", const char *, curl_easy_strerror, (CURLcode code), (code))
FORWARD(curl, NULL, CURLM *, curl_multi_init, (void), ())
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *easy), (multi, easy))
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL *easy), (multi, easy))
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running))
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_wakeup, (CURLM * multi), (multi))
FORWARD(curl, CURLM_INTERNAL_ERROR, CURLMcode, curl_multi_poll,
        (CURLM * multi, struct curl_waitfd extra[], unsigned int count, int timeout, int *ready),
        (multi, extra, count, timeout, ready))
FORWARD(curl, NULL, CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left))
FORWARD(curl, NULL, struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text), (list, text))
FORWARD_VOID(curl, curl_slist_free_all, (struct curl_slist * list), (list))

// The only argument after the option is a long, a curl_off_t or a pointer. All have the size of a pointer.
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "a 64-bit system");

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...) {
  va_list arguments;
  va_start(arguments, option);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  __typeof__(&curl_easy_setopt) function = find(&curl, open_curl, "curl_easy_setopt");
  return function ? function(easy, option, argument) : CURLE_FAILED_INIT;
}

CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...) {
  va_list arguments;
  va_start(arguments, info);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  __typeof__(&curl_easy_getinfo) function = find(&curl, open_curl, "curl_easy_getinfo");
  return function ? function(easy, info, argument) : CURLE_FAILED_INIT;
}

// --- libm --------------------------------------------------------------------------------------

// The linker would choose hypotf of glibc 2.35, which RHEL 9 does not have. The older one only sets errno in addition.
#if defined(__x86_64__)
__asm__(".symver old_hypotf, hypotf@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver old_hypotf, hypotf@GLIBC_2.17");
#endif
float old_hypotf(float, float);
float __wrap_hypotf(float x, float y) { return old_hypotf(x, y); }

// --- libc --------------------------------------------------------------------------------------

// libstdc++ calls a function of glibc 2.36. This one is in glibc 2.25.
uint32_t __wrap_arc4random(void) {
  uint32_t number;
  if (getentropy(&number, sizeof number) != 0) abort();
  return number;
}
