/* Tells thread sanitizer of the waits in Swift's Mutex (Synchronization, on Linux).
 *
 * A Mutex that nobody holds is taken by an atomic exchange that is compiled into its user, where the
 * sanitizer sees it. One that is held is waited for by the kernel (FUTEX_LOCK_PI), from a runtime
 * that is not built for the sanitizer: what it guards then looks like a race. Loaded before the
 * runtime, this stands between: it says "acquired" after each wait and "released" before each hand-over,
 * and hides nothing else.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

/* Absent in a process that is not built for the sanitizer. */
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef SWIFT void Lock(uint32_t thread, SELF void *mutex);
typedef SWIFT void Unlock(SELF void *mutex);

Lock lock __asm__(LOCK);
Unlock unlock __asm__(UNLOCK);

SWIFT void lock(uint32_t thread, SELF void *mutex) {
    ((Lock *)dlsym(RTLD_NEXT, LOCK))(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    ((Unlock *)dlsym(RTLD_NEXT, UNLOCK))(mutex);
}
