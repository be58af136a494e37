package figure
func Sheet() string { return "" }
