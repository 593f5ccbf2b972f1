"""The doctor: looks at a set-up from its credentials to the age of what readers get, and says what to mend."""
