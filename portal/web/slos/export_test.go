package slos

// BoardPage is how many SLOs a page of the board lists.
const BoardPage = boardPage
