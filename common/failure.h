// Why an attempt failed: what retry, blame and messages are decided by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mote {

enum class FaultKind {
  kApplication,  // the operation itself refused its input: retried only if the job says so
  kEngineCrash,  // the engine process died (signal, exit code)
  kOutOfMemory,
  kTimeout,       // the task ran past its limit
  kLostWorker,    // heartbeats stopped or the worker said goodbye
  kUnavailable,   // an input could not be fetched
  kDevice,        // the accelerator failed
  kGivenBack,     // nobody's fault: the worker leaves, or its engines do not start
  kLeaseExpired,  // the worker lived but never reported
  kDeadline,      // of the job: no attempt's fault
  kInputChanged,  // what the job began with is not there any more: no attempt can succeed
  kBudget,        // of the job: no attempt's fault
};

std::string_view Name(FaultKind kind);  // "engine crash"

// Whom a fault speaks against: decides how often it is forgiven.
enum class Blame {
  kNobody,  // not counted
  kTask,    // what ran
  kInput,   // what could not be had
  kWorker,  // who ran it
};
Blame BlameOf(FaultKind kind);

// True when another attempt may succeed where this one failed.
bool IsSystemFault(FaultKind kind);

struct Failure {
  FaultKind kind = FaultKind::kApplication;
  int64_t task = -1;    // the guilty task; -1: unknown, somewhere in the block
  std::string message;  // one line: what happened, with what value, and what to do
  std::string detail;   // last lines of stderr, may be empty
  std::string worker;   // who reported it
  // The input that could not be had anywhere ("sha256:…"), with kUnavailable.
  std::string missing = {};

  bool operator==(const Failure&) const = default;

  // Causes are for people, travel in control messages and are kept in the journal: at most
  // 2 KiB of the message and the last 4 KiB of the detail stay, as UTF-8.
  void Bound();
};

}  // namespace mote
