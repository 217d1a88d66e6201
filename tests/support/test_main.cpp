// The main function of every Catch2 test binary.
#define CATCH_CONFIG_MAIN
#include "tests/support/test.hpp"
