// Checks of our own promises. They stay on in every build: a broken invariant must
// stop the process, not corrupt a result. What the world got wrong is a Status.
#pragma once

namespace mote {

// Writes place, condition and message to stderr and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition, const char* message);

}  // namespace mote

// `message` is a string literal that says which promise was broken.
#define MOTE_CHECK(condition, message)                                              \
  do {                                                                              \
    if (!(condition)) ::mote::CheckFailed(__FILE__, __LINE__, #condition, message); \
  } while (false)
