"""From a sent referral to an appointment, or to whatever its service offers instead."""
