"""The desk in numbers: consultations counted, small counts hidden."""
