package documents

// Sizes of what the pages show.
const (
	homeListed   = 8    // documents in each list of the home page: one screen
	draftsShown  = 200  // drafts listed
	actionsShown = 1000 // action items listed on one page
)
