"""The wellbeing pre-screen: what is asked, how answers are understood, how far someone has come."""
