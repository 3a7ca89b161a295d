"""The console for staff, under /staff: thin routes over bot.staff and bot.review."""
