// libtorch, from Debian's 1.13 for CPUs to 2.x for CUDA: what differs between them,
// and the one place where an exception of libtorch becomes a Status.
//
// Included by files that call libtorch only; precompiled. No CUDA header anywhere:
// devices are reached through c10's device-neutral interfaces.
#pragma once

#include <torch/script.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace mote::engine {

// An exception's text, without the stack that libtorch appends.
inline std::string Text(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error != nullptr ? torch_error->what_without_backtrace() : error.what();
}

// The CPU allocator throws a plain c10::Error.
inline bool IsOutOfMemory(const std::exception& error) {
  return Text(error).find("DefaultCPUAllocator") != std::string::npos;
}

inline std::string FirstLine(const std::exception& error) {
  const std::string text = Text(error);
  return text.substr(0, text.find('\n'));
}

// Runs `work`, which returns a Status or a StatusOr, and turns what libtorch throws
// into a Status.
//
//   ResourceExhausted  out of memory, on the device or here
//   Internal           anything else; `what` says what was being done
template <class Work>
auto GuardTorch(const std::string& what, Work work) -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const c10::OutOfMemoryError& error) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": out of device memory: ", FirstLine(error)));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": out of memory"));
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) {
      return absl::ResourceExhaustedError(absl::StrCat(what, ": out of memory: ", FirstLine(error)));
    }
    return absl::InternalError(absl::StrCat(what, ": ", FirstLine(error)));
  }
}

}  // namespace mote::engine
