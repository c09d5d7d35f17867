"""What turns text into numbers and answers into text where no torch is: numpy only, copied into every export."""
