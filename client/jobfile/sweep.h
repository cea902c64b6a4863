// A stage with `over:` and `select:` as the operation `sweep`, which runs its trials.
#pragma once

#include <string>

#include "client/jobfile/fields.h"
#include "client/jobfile/node.h"

namespace mote::client {

// Takes `over` and `select` out of the stage's fields.
struct SweepFields {
  const Node::Entry* over = nullptr;
  const Node::Entry* select = nullptr;

  static SweepFields Find(Fields& fields);
  bool any() const { return over != nullptr || select != nullptr; }
  // Trials are operations of their own: the stage has none.
  bool has_candidates() const { return over != nullptr && over->value.Find("candidates") != nullptr; }
};

// Parameters of `sweep`: {of, with, over, select, measure, validate}. `operation` and
// `parameters` are the stage's, `input` what it reads: "clean.train" makes the
// measure dev.f1_macro one on the table clean.dev.
Node SweepParameters(const SweepFields& sweep, const std::string& operation, Node parameters, const std::string& input,
                     const Fields& fields, Problems* problems);

}  // namespace mote::client
