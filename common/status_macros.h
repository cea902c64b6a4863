// Early returns for absl::Status and absl::StatusOr.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MOTE_RETURN_IF_ERROR(expression)                                                \
  do {                                                                                  \
    if (absl::Status mote_status = (expression); !mote_status.ok()) return mote_status; \
  } while (false)

#define MOTE_MACRO_CONCAT_INNER(a, b) a##b
#define MOTE_MACRO_CONCAT(a, b) MOTE_MACRO_CONCAT_INNER(a, b)

#define MOTE_ASSIGN_OR_RETURN(target, expression) \
  MOTE_ASSIGN_OR_RETURN_INNER(MOTE_MACRO_CONCAT(mote_status_or_, __LINE__), target, expression)
#define MOTE_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return std::move(result).status();          \
  target = *std::move(result)
