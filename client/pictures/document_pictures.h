// Which pictures a document is shown by.
#pragma once

#include <string>
#include <vector>

#include "common/json_fwd.h"

namespace mote::client {

struct Picture {
  std::string name;  // "roc": what follows the document's own name in the file's
  std::string svg;
};

// Of a classification report: roc, calibration (where scores are probabilities) and
// confusion (up to 20 classes). Of train's history: loss. Of any other document: none.
std::vector<Picture> PicturesOf(const Json& document);

// One document on a page.
struct PageSection {
  std::string title;
  std::string text;  // of ReportText
  std::vector<Picture> pictures;
};

// A page that shows documents one below the other: for people who have neither a terminal
// nor mote. Needs no network. Titles and texts are escaped.
std::string PageOf(const std::string& title, const std::vector<PageSection>& sections);

}  // namespace mote::client
