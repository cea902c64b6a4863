#include "client/jobfile/known_operations.h"

namespace mote::client {

const std::vector<std::string>& KnownOperations() {
  static const auto* const operations =
      new std::vector<std::string>{"apply",    "boost",     "command", "dependence", "distinct", "echo",
                                   "ensemble", "filter",    "forest",  "importance", "infer",    "integrated_gradients",
                                   "join",     "misbehave", "noop",    "prepare",    "publish",  "random_sum",
                                   "sample",   "sleep",     "spin",    "train",      "zip"};
  return *operations;
}

}  // namespace mote::client
