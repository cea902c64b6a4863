// Operation `train`: a classifier by mini-batch gradient descent, the same bits for
// any number of workers.
//
// The order of passes, each planned when the one before it is complete:
//
//   classes   counts the classes of the input and of `validate`
//   init      one task: state 0 (weights from the seed, moments zero)
//   gradient  one task per `tasks.rows` rows of the step's shuffled batch; gradients
//             are summed on the tree             ┐ for each step
//   update    one task: state r+1 from state r   ┘
//             with `local`, instead: round, one task per part of the rows, whose states
//             are summed, and an update that averages them
//   evaluate  after each epoch, when `validate` is given
//   export    one task: the model alone, from the state that is kept
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeTrainPlanner();

}  // namespace mote::coordinator
