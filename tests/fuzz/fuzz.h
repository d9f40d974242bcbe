// SPDX-License-Identifier: MIT
// fuzz.h: what every target of libFuzzer starts with.

#ifndef FUZZ_H
#define FUZZ_H

#include "bones.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The input as a text that ends where its memory does, so that ASan sees a
// parser that reads past the end. The caller frees it.
static inline char *text_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
