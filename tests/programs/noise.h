// Bytes that look like nothing, the same on both sides of a pipe for the same seed; and a hash that both can compare.
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline void make_noise(uint64_t *seed, unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        bytes[i] = *seed >> 32;
    }
}

#define HASH_START 14695981039346656037ULL

static inline uint64_t hash_on(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ at[i]) * 1099511628211ULL;
    return hash;
}
